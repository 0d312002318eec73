// Executing a service's ./run as its spawn file says. No heap, and in the child only async-signal-safe calls.
// Used by a service's keeper.
#pragma once

#include <sys/types.h>

#include "protocol/records.h"

namespace keeper {

struct SpawnOutcome {
    pid_t pid = 0;  // 0: it failed
    protocol::SpawnStage stage = protocol::SpawnStage::none;
    int error = 0;  // errno of the failed stage; EINTR where somebody has killed the new process there
};

// All signals are blocked in the caller, and none is ignored; the new process gets an empty mask.
[[nodiscard]] SpawnOutcome spawn(const char* spawn_file);

}  // namespace keeper
