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
        // it.
        static_cast<void>(::open("/dev/null", O_RDWR));  // NOLINT(android-cloexec-open)
    }
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
