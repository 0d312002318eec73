#include "logger/reports.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace logger {

namespace {

using protocol::Report;
using protocol::ReportKind;

std::int64_t monotonic_nanoseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// All of it or nothing, since it is shorter than PIPE_BUF (man 7 pipe).
bool write_report(int fd, const Report& report) {
    ssize_t count = -1;
    do {
        count = ::write(fd, &report, sizeof report);
    } while (count < 0 && errno == EINTR);
    return count >= 0;
}

}  // namespace

base::Result<Reports> Reports::open(const std::string& path) {
    // For reading too: opening must not wait for the supervisor, and no write must fail because there is none
    // now.
    auto fd = os::open(path, O_RDWR | O_NONBLOCK);
    if (!fd) return base::passed_on(fd.error());
    return Reports(std::move(*fd));
}

void Reports::began() {
    waiting_[{0, false}] =
        Report{.kind = ReportKind::logger_began, .pid = ::getpid(), .at = monotonic_nanoseconds()};
    flush();
}

void Reports::drained(std::uint32_t service, std::uint32_t generation, std::uint32_t token, int status) {
    waiting_[{service, true}] = Report{.kind = ReportKind::drained,
                                       .service = service,
                                       .generation = generation,
                                       .pid = ::getpid(),
                                       .status = status,
                                       .token = token,
                                       .at = monotonic_nanoseconds()};
    flush();
}

void Reports::blocked(std::uint32_t service, int status) {
    waiting_[{service, false}] =
        Report{.kind = status == 0 ? ReportKind::log_resumed : ReportKind::log_blocked,
               .service = service,
               .pid = ::getpid(),
               .status = status,
               .at = monotonic_nanoseconds()};
    flush();
}

void Reports::flush() {
    while (!waiting_.empty() && write_report(fd_.get(), waiting_.begin()->second))
        waiting_.erase(waiting_.begin());
}

}  // namespace logger
