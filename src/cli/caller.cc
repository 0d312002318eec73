#include "cli/caller.h"

#include "os/file.h"
#include "os/inherited.h"
#include "protocol/bytes.h"

namespace cli {

base::Result<config::Surroundings> surroundings_of_caller() {
    auto directory = os::working_directory();
    if (!directory) return base::passed_on(directory.error());
    config::Surroundings surroundings;
    surroundings.environment = os::environment();
    surroundings.working_directory = std::move(*directory);
    surroundings.user = os::own_user();
    return surroundings;
}

protocol::Caller caller(const config::Surroundings& surroundings) {
    protocol::Caller caller{.pid = os::own_pid(), .umask = os::file_mode_mask(), .niceness = os::niceness()};
    for (const std::string& variable : surroundings.environment) {
        caller.environment.push_back(protocol::text_of_bytes(variable));
    }
    for (const os::ResourceLimit& limit : os::resource_limits()) {
        caller.limits.push_back({.resource = limit.resource, .soft = limit.soft, .hard = limit.hard});
    }
    return caller;
}

}  // namespace cli
