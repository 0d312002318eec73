// The ends of several processes that are not our children, awaited together through pidfds. Used where no
// keeper tells: for what escaped, and for what a killed keeper has left.
#pragma once

#include <functional>
#include <vector>

#include "os/proc.h"
#include "os/process.h"
#include "supervisor/loop.h"

namespace supervisor {

// Calls `done` from the loop, once: when all of them have ended (a zombie has), or at `deadline`. Whoever
// `done` refers to has to live until then, and so has `proc`.
void await_end(Loop& loop, const os::Proc& proc, const std::vector<os::ProcessId>& processes,
               model::Time deadline, std::function<void()> done);

}  // namespace supervisor
