// What a service gets: the caller's environment with ours in it, his umask, his limits. Pure but for
// inherited(). Used by the service's shell before each start.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "protocol/spawn_file.h"

namespace supervisor {

struct SpawnPlace {
    std::string service;  // absolute path
    std::string scratch;
    std::string output;
    std::string notification;
    std::optional<int> notification_fd;
};

// What our own processes have, and so a service without being given it.
struct Inherited {
    int niceness = 0;
    std::vector<protocol::Limit> limits;
};
[[nodiscard]] Inherited inherited();

// `caller.environment` is text (protocol/bytes.h); a variable that is none is dropped.
[[nodiscard]] std::vector<std::string> service_environment(const SpawnPlace& place,
                                                           const protocol::Caller& caller);

// Limits and niceness only where they differ from what is inherited anyway: each costs the child a system
// call.
[[nodiscard]] protocol::SpawnPlan plan_spawn(const SpawnPlace& place, const protocol::Caller& caller,
                                             const Inherited& inherited);

// The same for its ./ready.
[[nodiscard]] protocol::SpawnPlan plan_check(const SpawnPlace& place, const protocol::Caller& caller,
                                             const Inherited& inherited);

// The way back: for whom a spawn file was written, as far as it matters to a service. Nothing where it is
// none.
[[nodiscard]] std::optional<protocol::Caller> caller_of(const std::string& spawn_file);

}  // namespace supervisor
