#include "cli/poll_ready.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "os/program.h"

namespace cli {

namespace {

constexpr std::string_view kUsage =
    "usage: pgctl-poll-ready COMMAND [ARGUMENT ...]\n"
    "\n"
    "For the run of a service: becomes COMMAND. pgctl runs ./ready again and again, and restarts the\n"
    "service when that has failed for too long.\n";

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
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
    if (is_set("PGCTL_DEBUG")) say("pgctl-poll-ready: disabled during debug -- quitting\n");
    const base::Error error = os::become_command(command);
    say("pgctl-poll-ready: " + error.message() + "\n");
    return error.number == ENOENT ? 127 : 126;
}

}  // namespace cli
