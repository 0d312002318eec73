#include "cli/caller.h"

#include "os/file.h"
#include "os/inherited.h"
#include "protocol/bytes.h"
#include "protocol/limits.h"

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
    protocol::Caller caller{.pid = os::own_pid(),
                            .umask = os::file_mode_mask(),
                            .niceness = os::own_niceness(),
                            .limits = protocol::limits_of()};
    for (const std::string& variable : surroundings.environment) {
        caller.environment.push_back(protocol::text_of_bytes(variable));
    }
    return caller;
}

}  // namespace cli
