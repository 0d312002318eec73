// Whether the process that started a role is still its parent. Used by the logger, which has to go with its
// keeper and may be too slow to ask the kernel for that in time. It signals nothing.
#pragma once

namespace protocol {

// The environment variable that tells a role the pid of the process that started it.
inline constexpr const char* kStarterVariable = "PGCTL_STARTER";

// True also where nobody has told who it was.
[[nodiscard]] bool starter_is_parent();

}  // namespace protocol
