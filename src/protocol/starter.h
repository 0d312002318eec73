// The process that started a role: the playground's keeper. Used by the logger, which goes with it, and by
// the supervisor, which looks for what has fallen to it. It signals nothing.
#pragma once

#include <sys/types.h>

namespace protocol {

// The environment variable that tells a role the pid of the process that started it.
inline constexpr const char* kStarterVariable = "PGCTL_STARTER";

// Its pid, for as long as it lives; then 0, and never that of whoever has taken us over (man 2 getppid): the
// children of that one are strangers to us. Where nobody has told who it was, our parent's.
[[nodiscard]] pid_t starter();

}  // namespace protocol
