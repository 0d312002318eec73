#include "cli/poll_ready.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/inherited.h"
#include "os/program.h"
#include "protocol/limits.h"
#include "protocol/records.h"
#include "protocol/runtime_directory.h"
#include "protocol/spawn_file.h"

namespace cli {

namespace {

constexpr std::string_view kUsage =
    "usage: pgctl-poll-ready COMMAND [ARGUMENT ...]\n"
    "\n"
    "For the run of a service: becomes COMMAND. pgctl runs ./ready again and again, and restarts the\n"
    "service when that has failed for too long.\n";

std::string value_of(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

// ./ready is to run as what this process becomes, with all that it has from ./run.
protocol::SpawnPlan own_check(const std::string& service, const protocol::RuntimeDirectory& directory) {
    protocol::SpawnPlan plan{.directory = service,
                             .arguments = {"./ready"},
                             .environment = os::environment(),
                             .output = directory.output(os::name_of(service)),
                             .umask = os::file_mode_mask(),
                             .niceness = os::own_niceness(),
                             .set_niceness = true};
    plan.limits = protocol::limits_of();
    return plan;
}

// Where that is not possible, the check is begun later, and as ./run itself.
void tell_supervisor(const std::string& service, const std::string& scratch) {
    const protocol::RuntimeDirectory directory(os::join_path(os::parent_of(scratch), ".pgctl"));
    const std::string file = directory.check_file(os::name_of(service));
    if (!os::replace_file(file, protocol::layout(own_check(service, directory)), 0600)) return;
    const protocol::Report report{.kind = protocol::ReportKind::poll_begun, .pid = os::own_pid()};
    const std::string_view record(reinterpret_cast<const char*>(&report), sizeof report);
    const auto reports = os::open(directory.reports(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    if (reports) static_cast<void>(os::write_all(reports->get(), record));
}

}  // namespace

int poll_ready(int argc, char** argv) {
    std::vector<std::string> command(argv + 1, argv + argc);
    if (!command.empty() && (command.front() == "-h" || command.front() == "--help")) return print(kUsage);
    if (!command.empty() && command.front() == "--") command.erase(command.begin());
    if (command.empty()) {
        say(std::string(kUsage.substr(0, kUsage.find('\n') + 1)) +
            "pgctl-poll-ready: error: the following arguments are required: COMMAND\n");
        return 2;
    }
    const std::string service = value_of("PGCTL_SERVICE"), scratch = value_of("PGCTL_SCRATCH");
    if (!value_of("PGCTL_DEBUG").empty()) {
        say("pgctl-poll-ready: disabled during debug -- quitting\n");
    } else if (!service.empty() && !scratch.empty()) {
        tell_supervisor(service, scratch);
    }
    const base::Error error = os::become_command(command);
    say("pgctl-poll-ready: " + error.message() + "\n");
    return error.number == ENOENT ? 127 : 126;
}

}  // namespace cli
