#include "protocol/limits.h"

#include "os/inherited.h"

namespace protocol {

std::vector<Limit> limits_of(pid_t pid) {
    std::vector<Limit> limits;
    for (const os::ResourceLimit& limit : os::resource_limits(pid))
        limits.push_back({.resource = limit.resource, .soft = limit.soft, .hard = limit.hard});
    return limits;
}

}  // namespace protocol
