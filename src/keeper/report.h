// Writing a Report from a keeper: one write of a fixed size, no heap. Used by both keepers.
#pragma once

#include "protocol/records.h"

namespace keeper {

// Blocks while the FIFO is full, which holds over 1,000 reports; they wait there for a supervisor. Waits,
// too, where the kernel has no memory for it.
void send(int reports_fd, protocol::Report report);
// The same through a descriptor that does not block; false where there is no room, or no memory, for now.
[[nodiscard]] bool try_send(int reports_fd, protocol::Report report);

}  // namespace keeper
