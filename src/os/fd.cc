#include "os/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace os {

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

void Fd::reset() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
}

base::Result<Fd> open_at(int directory, const std::string& path, int flags, mode_t mode) {
    int number = -1;
    do {
        number = ::openat(directory, path.c_str(), flags | O_CLOEXEC, mode);
    } while (number < 0 && errno == EINTR);
    if (number < 0) return base::system_error(path);
    return Fd(number);
}

base::Result<Fd> open(const std::string& path, int flags, mode_t mode) {
    return open_at(AT_FDCWD, path, flags, mode);
}

base::Result<Pipe> make_pipe(int flags) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), flags | O_CLOEXEC) != 0) return base::system_error("pipe");
    return Pipe{.read_end = Fd(ends[0]), .write_end = Fd(ends[1])};
}

base::Result<size_t> read_some(int fd, std::span<char> buffer) {
    ssize_t count = -1;
    do {
        count = ::read(fd, buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) return base::system_error("read");
    return static_cast<size_t>(count);
}

base::Status write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return base::system_error("write");
        bytes.remove_prefix(static_cast<size_t>(count));
    }
    return {};
}

base::Result<std::string> read_to_end(int fd, size_t limit) {
    std::string content;
    std::array<char, 4096> buffer;
    while (true) {
        const auto count = read_some(fd, buffer);
        if (!count) return base::passed_on(count.error());
        if (*count == 0) return content;
        content.append(buffer.data(), *count);
        if (content.size() > limit) return base::system_error("read", EFBIG);
    }
}

}  // namespace os
