#include "supervisor/shown_caller.h"

#include "os/inherited.h"
#include "protocol/bytes.h"
#include "protocol/limits.h"

namespace supervisor {

std::optional<protocol::Caller> caller_shown_by(const os::Proc& proc, pid_t pid) {
    const auto umask = proc.umask(pid);
    const auto environment = proc.environment(pid);
    const auto niceness = os::niceness(pid);
    if (!umask || !environment || environment->empty() || !niceness) return {};
    protocol::Caller caller{.umask = *umask, .niceness = *niceness, .limits = protocol::limits_of(pid)};
    for (const std::string& variable : *environment)
        caller.environment.push_back(protocol::text_of_bytes(variable));
    return caller;
}

}  // namespace supervisor
