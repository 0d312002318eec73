#include "os/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace os {

void open_missing_standard_streams() {
    std::array<pollfd, 3> streams{{{.fd = 0}, {.fd = 1}, {.fd = 2}}};
    if (::poll(streams.data(), streams.size(), 0) <= 0) return;
    for (const pollfd& stream : streams) {
        if ((stream.revents & POLLNVAL) == 0) continue;
        // In ascending order, so each open gets just the number that is missing. Programs that we run inherit
        // it. What is written to a standard output that was closed fails, so that nobody takes it for done.
        const int access = stream.fd == STDOUT_FILENO ? O_RDONLY : O_RDWR;
        static_cast<void>(::open("/dev/null", access));  // NOLINT(android-cloexec-open)
    }
}

base::Status open_null_at(int fd) {
    const int opened = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (opened < 0) return base::system_error("/dev/null");
    // dup2 of a descriptor onto itself would leave it close-on-exec (man 2 dup).
    if (opened == fd) {
        ::fcntl(fd, F_SETFD, 0);
        return {};
    }
    const bool placed = ::dup2(opened, fd) == fd;
    const int error = errno;
    ::close(opened);
    return placed ? base::Status() : base::system_error("/dev/null", error);
}

void ignore_broken_pipes() {
    ::signal(SIGPIPE, SIG_IGN);
}

base::Status write_to_stream(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(static_cast<size_t>(count));
        } else if (errno == EAGAIN) {
            pollfd stream{.fd = fd, .events = POLLOUT, .revents = 0};
            static_cast<void>(::poll(&stream, 1, -1));
        } else if (errno != EINTR) {
            return base::system_error("write");
        }
    }
    return {};
}

}  // namespace os
