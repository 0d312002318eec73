// Looking into a pipe without taking anything out of it (man 2 tee), what waits in it and how much it holds.
// Used by the logger, which must not lose what it has not yet written. It never consumes a byte of the pipe
// it looks into.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "os/fd.h"

namespace os {

// Bytes that a read would get now (FIONREAD).
[[nodiscard]] base::Result<size_t> bytes_waiting(int pipe);

// It holds at least `bytes` from now on, for all who have it open (F_SETPIPE_SZ). Error EPERM: the user's
// pipes hold all they may already (fs.pipe-user-pages-soft).
[[nodiscard]] base::Status enlarge_pipe(int pipe, size_t bytes);

class PipePeek {
  public:
    [[nodiscard]] static base::Result<PipePeek> make();

    // Copies what waits at the front of `pipe`, at most buffer.size() bytes and at most what a pipe of
    // default size holds. 0: nothing waits and nobody has it open for writing; error EAGAIN: nothing waits.
    [[nodiscard]] base::Result<size_t> peek(int pipe, std::span<char> buffer);

  private:
    explicit PipePeek(Pipe copy) : copy_(std::move(copy)) {}
    void forget_copy();

    Pipe copy_;  // empty between calls
};

}  // namespace os
