// The two clocks: time-outs count on one that stands still while the machine sleeps, people read the other.
#pragma once

#include <chrono>
#include <cstdint>

namespace os {

// CLOCK_MONOTONIC, since an arbitrary point in the past (the boot).
[[nodiscard]] std::chrono::nanoseconds monotonic_now();
// CLOCK_REALTIME, since the epoch.
[[nodiscard]] std::chrono::nanoseconds wall_now();

}  // namespace os
