// The time of day as the kernel counts it: seconds since 1970 and nanoseconds.
// Used for stamps and the names of old log files. Never for time-outs: it jumps when somebody sets the clock.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace logs {

struct WallTime {
    std::int64_t seconds = 0;
    std::int32_t nanoseconds = 0;  // 0 to 999,999,999

    auto operator<=>(const WallTime&) const = default;
};

using Clock = std::function<WallTime()>;

// CLOCK_REALTIME.
[[nodiscard]] WallTime wall_time_now();

}  // namespace logs
