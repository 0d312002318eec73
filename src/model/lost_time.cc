#include "model/lost_time.h"

#include <algorithm>

namespace model {

Duration lost_time(const base::CpuUse& before, const base::CpuUse& now) {
    const Duration waited = std::max(now.waited - before.waited, Duration::zero());
    // The kernel counts a wait when it is over. One that could run now may be kept from it since what it has
    // run and waited for: for more than half of the time. Else it is busy, and what it has lost is known.
    const bool is_kept_waiting = now.waits && 2 * (now.ran - before.ran + waited) <= now.at - before.at;
    return is_kept_waiting ? std::max(waited, kLookAgain) : waited;
}

}  // namespace model
