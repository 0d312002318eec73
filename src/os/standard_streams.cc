#include "os/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <array>

namespace os {

void open_missing_standard_streams() {
    std::array<pollfd, 3> streams{{{.fd = 0}, {.fd = 1}, {.fd = 2}}};
    if (::poll(streams.data(), streams.size(), 0) <= 0) return;
    for (const pollfd& stream : streams) {
        // In ascending order, so each open gets just the number that is missing.
        if ((stream.revents & POLLNVAL) != 0) static_cast<void>(::open("/dev/null", O_RDWR));
    }
}

void ignore_broken_pipes() {
    ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace os
