// A process's resource limits as messages and spawn files have them. Used by whoever passes on what a service
// inherits. It sets none.
#pragma once

#include <sys/types.h>

#include <vector>

#include "protocol/messages.h"

namespace protocol {

// 0 is this process. None of one that is gone.
[[nodiscard]] std::vector<Limit> limits_of(pid_t pid = 0);

}  // namespace protocol
