// What of a time-out does not count against a service, because whoever of ours had to act for it, or to tell
// of it, did not get to run. Used by the supervisor before it believes a time-out. Pure.
#pragma once

#include "base/cpu_use.h"
#include "model/service.h"

namespace model {

// Whoever has something to do and is not let has perhaps something to tell: it is looked at again so soon.
inline constexpr Duration kLookAgain = std::chrono::milliseconds(50);

// Of the time between two looks at a process of ours.
[[nodiscard]] Duration lost_time(const base::CpuUse& before, const base::CpuUse& now);

}  // namespace model
