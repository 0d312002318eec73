// The playground whose service, or whose check, has started this process: what such a process starts would be
// its own. Used by the client before it starts a keeper. It reads /proc and signals nothing.
#pragma once

#include <sys/types.h>

#include <optional>

#include "os/proc.h"
#include "protocol/runtime_directory.h"

namespace cli {

// The runtime directory of the nearest playground's keeper among the ancestors of `pid`; nothing where there
// is none, or where it is another user's.
[[nodiscard]] std::optional<protocol::RuntimeDirectory> enclosing_playground(const os::Proc& proc, pid_t pid);

}  // namespace cli
