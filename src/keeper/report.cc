#include "keeper/report.h"

#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace keeper {

void send(int reports_fd, protocol::Report report) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    report.at = static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
    while (::write(reports_fd, &report, sizeof report) < 0 && errno == EINTR) {
    }
}

}  // namespace keeper
