#include "logs/wall_time.h"

#include <ctime>

namespace logs {

WallTime wall_time_now() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return {.seconds = now.tv_sec, .nanoseconds = static_cast<std::int32_t>(now.tv_nsec)};
}

}  // namespace logs
