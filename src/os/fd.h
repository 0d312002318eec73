// Owner of one file descriptor, and the calls that only need one. Close-on-exec from birth.
// Used by everything that opens something. It never retries a close and never hides a short write.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace os {

class Fd {
  public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}  // takes ownership
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd() { reset(); }

    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] bool valid() const { return number_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(number_, -1); }
    void reset();

  private:
    int number_ = -1;
};

struct Pipe {
    Fd read_end;
    Fd write_end;
};

// openat(2) relative to `directory` (AT_FDCWD for the working directory); O_CLOEXEC is added, EINTR retried.
[[nodiscard]] base::Result<Fd> open_at(int directory, const std::string& path, int flags, mode_t mode = 0);
[[nodiscard]] base::Result<Fd> open(const std::string& path, int flags, mode_t mode = 0);
// `flags`: O_NONBLOCK or 0.
[[nodiscard]] base::Result<Pipe> make_pipe(int flags = 0);
// At most buffer.size() bytes; 0 at the end. EINTR retried; EAGAIN is an error like any other.
[[nodiscard]] base::Result<size_t> read_some(int fd, std::span<char> buffer);
// All of it, or an error.
[[nodiscard]] base::Status write_all(int fd, std::string_view bytes);
// Everything up to the end, at most `limit` bytes (more is an error, EFBIG).
[[nodiscard]] base::Result<std::string> read_to_end(int fd, size_t limit);

}  // namespace os
