// The main process of a life that was just begun, as /proc shows it, while its keeper has not told of it yet.
// Used for the status, which is never "down" of what runs. It signals nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "os/proc.h"

namespace supervisor {

// Of the service that `keeper` keeps; what earlier lives have left there was started before `since` (clock
// ticks since boot).
[[nodiscard]] std::optional<pid_t> begun_life(const os::Proc& proc, pid_t keeper, std::uint64_t since);

}  // namespace supervisor
