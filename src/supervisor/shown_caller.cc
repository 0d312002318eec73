#include "supervisor/shown_caller.h"

#include "os/inherited.h"
#include "protocol/bytes.h"

namespace supervisor {

std::optional<protocol::Caller> caller_shown_by(const os::Proc& proc, pid_t pid) {
    const auto umask = proc.umask(pid);
    const auto environment = proc.environment(pid);
    if (!umask || !environment || environment->empty()) return {};
    protocol::Caller caller{.umask = *umask, .niceness = os::niceness(pid)};
    for (const std::string& variable : *environment)
        caller.environment.push_back(protocol::text_of_bytes(variable));
    for (const os::ResourceLimit& limit : os::resource_limits(pid))
        caller.limits.push_back({.resource = limit.resource, .soft = limit.soft, .hard = limit.hard});
    return caller;
}

}  // namespace supervisor
