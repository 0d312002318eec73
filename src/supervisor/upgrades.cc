#include "supervisor/upgrades.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "base/exit_status.h"
#include "os/file.h"
#include "protocol/trial.h"

namespace supervisor {

std::string describe_upgrade_failure(model::UpgradeFault fault, int status, const std::string& reason) {
    using enum model::UpgradeFault;
    const bool said_why = WIFEXITED(status) && WEXITSTATUS(status) == protocol::kUnfit && !reason.empty();
    switch (fault) {
        case none:
            break;
        case unreachable:
            return std::string("its program can't be opened: ") + ::strerrordesc_np(status);
        case supervisor_ended:
            if (said_why) return reason;
            return "its supervisor ended with " + base::ExitStatus::from_wait(status).words();
        case logger_ended:
            if (said_why) return "its logger: " + reason;
            return "its logger ended with " + base::ExitStatus::from_wait(status).words();
        case supervisor_silent:
            return "its supervisor did not get ready";
        case logger_silent:
            return "its logger did not get ready";
    }
    return "it failed";
}

void Upgrades::open() {
    const auto noted = os::read_file(directory_.upgrade());
    if (noted) last_ = protocol::from_text<protocol::Upgrade>(*noted).value_or(protocol::Upgrade());
}

base::Status Upgrades::begin(const protocol::Upgrade& wanted, pid_t client) {
    ::unlink(directory_.unfit().c_str());
    last_ = wanted;
    last_.failure.clear();
    if (auto noted = os::replace_file(directory_.upgrade(), protocol::to_text(last_), 0600); !noted)
        return noted;
    pending_ = true;
    commands_.upgrade(last_.token, last_.program, client);
    return {};
}

void Upgrades::take(const protocol::Report& report) {
    if (report.kind == protocol::ReportKind::upgraded) {
        // Whatever the note says, which may be lost: this program waits for the word that it may work.
        ::unlink(directory_.upgrade().c_str());
        pending_ = false;
        last_ = {};
        return decided_(true);
    }
    if (report.token != last_.token) return;
    pending_ = false;
    const std::string reason = os::read_file(directory_.unfit()).value_or("");
    ::unlink(directory_.unfit().c_str());
    last_.failure =
        describe_upgrade_failure(static_cast<model::UpgradeFault>(report.generation), report.status, reason);
    // Without the note a later supervisor only tries it once more.
    static_cast<void>(os::replace_file(directory_.upgrade(), protocol::to_text(last_), 0600));
    decided_(false);
}

std::optional<std::string> Upgrades::failure_of(std::uint32_t token) const {
    if (last_.failure.empty() || last_.token != token) return {};
    return last_.failure;
}

}  // namespace supervisor
