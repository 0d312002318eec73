// For whom a service was started, as far as its own process shows it: where the spawn file was lost with the
// supervisor that knew. Used by the service's shell. It decides nothing.
#pragma once

#include <optional>

#include "os/proc.h"
#include "protocol/messages.h"

namespace supervisor {

// What ./run has changed since, or what it has become the program of shows of it, is in it as well. Nothing
// where `pid` is gone, or executes something just now.
[[nodiscard]] std::optional<protocol::Caller> caller_shown_by(const os::Proc& proc, pid_t pid);

}  // namespace supervisor
