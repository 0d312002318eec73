// A file mapped into memory and shared with whoever maps it next: what was stored in it outlives a SIGKILL of
// its writer. Used for journals. It never grows a file after it was opened, so a full disk cannot raise
// SIGBUS later.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "os/fd.h"

namespace os {

class Mapping {
  public:
    // Makes the file (mode 0600) where it is missing and allocates all of it; new bytes are zero. Waits for
    // an exclusive flock on it, which lasts as long as the mapping, so that there is one writer at a time.
    [[nodiscard]] static base::Result<Mapping> open_exclusively(const std::string& path, size_t bytes);
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&&) = delete;
    ~Mapping();

    [[nodiscard]] std::span<char> bytes() const { return bytes_; }

  private:
    Mapping(Fd file, std::span<char> bytes) : file_(std::move(file)), bytes_(bytes) {}
    Fd file_;
    std::span<char> bytes_;
};

}  // namespace os
