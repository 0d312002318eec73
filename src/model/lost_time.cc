#include "model/lost_time.h"

#include <algorithm>

namespace model {

Duration lost_time(const base::CpuUse& before, const base::CpuUse& now) {
    const Duration waited = std::max(now.waited - before.waited, Duration::zero());
    // The kernel counts a wait when it is over. One that has run meanwhile is busy, and not kept from it.
    const bool is_kept_waiting = now.waits && now.ran == before.ran;
    return is_kept_waiting ? std::max(waited, kLookAgain) : waited;
}

}  // namespace model
