// The two clocks: time-outs count on one that stands still while the machine sleeps, people read the other.
#pragma once

#include <chrono>
#include <cstdint>

namespace os {

// CLOCK_MONOTONIC, since an arbitrary point in the past (the boot).
[[nodiscard]] std::chrono::nanoseconds monotonic_now();
// CLOCK_BOOTTIME, since the boot, with the time that the machine has slept.
[[nodiscard]] std::chrono::nanoseconds boot_now();
// In the unit of ProcessStat::start_time, rounded down.
[[nodiscard]] std::uint64_t boot_ticks(std::chrono::nanoseconds since_boot);
// CLOCK_REALTIME, since the epoch.
[[nodiscard]] std::chrono::nanoseconds wall_now();

}  // namespace os
