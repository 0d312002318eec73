// A process as it is now, as a ProcessRow. Used wherever processes are shown to the user.
// It reads /proc and /etc/passwd; it chooses no processes and orders none.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "os/proc.h"
#include "protocol/messages.h"

namespace protocol {

// Without its depth. An error where there is no such process.
[[nodiscard]] base::Result<ProcessRow> row_of(const os::Proc& proc, pid_t pid);

}  // namespace protocol
