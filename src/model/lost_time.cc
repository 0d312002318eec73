#include "model/lost_time.h"

#include <algorithm>

namespace model {

Duration lost_time(const base::CpuUse& before, const base::CpuUse& now) {
    const Duration waited = std::max(now.waited - before.waited, Duration::zero());
    // The kernel counts a wait when it is over. One that could run now, and did so for less than half of the time, may have been
    // kept from it for the rest; one that did for more is busy.
    const bool is_kept_waiting = now.waits && 2 * (now.ran - before.ran) <= now.at - before.at;
    return is_kept_waiting ? std::max(waited, kLookAgain) : waited;
}

}  // namespace model
