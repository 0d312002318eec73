#include "os/pipe.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace os {

base::Result<size_t> bytes_waiting(int pipe) {
    int count = 0;
    if (::ioctl(pipe, FIONREAD, &count) != 0) return base::system_error("FIONREAD");
    return static_cast<size_t>(count);
}

base::Status enlarge_pipe(int pipe, size_t bytes) {
    const int capacity = ::fcntl(pipe, F_GETPIPE_SZ);
    if (capacity < 0) return base::system_error("F_GETPIPE_SZ");
    if (static_cast<size_t>(capacity) >= bytes) return {};
    if (::fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(bytes)) < 0) return base::system_error("F_SETPIPE_SZ");
    return {};
}

base::Result<PipePeek> PipePeek::make() {
    auto copy = make_pipe(O_NONBLOCK);
    if (!copy) return base::passed_on(copy.error());
    return PipePeek(std::move(*copy));
}

base::Result<size_t> PipePeek::peek(int pipe, std::span<char> buffer) {
    ssize_t count = -1;
    do {
        count = ::tee(pipe, copy_.write_end.get(), buffer.size(), SPLICE_F_NONBLOCK);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return base::system_error("tee");
    // A loop, since a pipe in packet mode gives one packet a read.
    size_t got = 0;
    while (got < static_cast<size_t>(count)) {
        const auto part =
            read_some(copy_.read_end.get(), buffer.subspan(got, static_cast<size_t>(count) - got));
        if (!part || *part == 0) {
            forget_copy();
            return part ? base::system_error("tee", EIO) : part;
        }
        got += *part;
    }
    return got;
}

// What is left in it would be taken for what a later peek finds.
void PipePeek::forget_copy() {
    if (auto fresh = make_pipe(O_NONBLOCK)) copy_ = std::move(*fresh);
}

}  // namespace os
