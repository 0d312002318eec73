#include "keeper/report.h"

#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "os/shortage.h"

namespace keeper {

namespace {

constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 10'000'000};

}  // namespace

void send(int reports_fd, protocol::Report report) {
    // What a keeper does not tell, nobody ever knows: it is worth waiting for the kernel's memory.
    while (!try_send(reports_fd, report)) ::nanosleep(&kPause, nullptr);
}

bool try_send(int reports_fd, protocol::Report report) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    report.at = static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
    while (::write(reports_fd, &report, sizeof report) < 0) {
        if (errno != EINTR) return !os::is_shortage(errno);
    }
    return true;
}

}  // namespace keeper
