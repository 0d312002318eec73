// What a process has had of the CPU, and what it had to wait for. A plain value: the system tells it, the
// model judges by it.
#pragma once

#include <chrono>

namespace base {

struct CpuUse {
    std::chrono::nanoseconds ran{};
    std::chrono::nanoseconds waited{};  // could have run, and did not get to
    bool waits = false;             // or runs, right now; how long it has waited this time is in none of both
    std::chrono::nanoseconds at{};  // when this was so, CLOCK_MONOTONIC; where it is told

    bool operator==(const CpuUse&) const = default;
};

}  // namespace base
