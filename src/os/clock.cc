#include "os/clock.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace os {

namespace {

std::chrono::nanoseconds read_clock(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

std::chrono::nanoseconds monotonic_now() {
    return read_clock(CLOCK_MONOTONIC);
}

std::chrono::nanoseconds boot_now() {
    return read_clock(CLOCK_BOOTTIME);
}

std::uint64_t boot_ticks(std::chrono::nanoseconds since_boot) {
    static const std::int64_t tick = std::nano::den / ::sysconf(_SC_CLK_TCK);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since_boot.count(), 0) / tick);
}

std::chrono::nanoseconds wall_now() {
    return read_clock(CLOCK_REALTIME);
}

}  // namespace os
