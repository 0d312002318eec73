// Waits until one of many descriptors has something (man 7 epoll), each known by a key of the caller's.
// Used by loops that need nothing but descriptors and one timer. It never owns the descriptors it watches.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "os/fd.h"

namespace os {

class Epoll {
  public:
    [[nodiscard]] static base::Result<Epoll> make();

    // `events` as in man 2 epoll_ctl. A descriptor leaves by being closed.
    [[nodiscard]] base::Status add(int fd, std::uint32_t events, std::uint64_t key);
    [[nodiscard]] base::Status change(int fd, std::uint32_t events, std::uint64_t key);
    // Keys are in data.u64. No timeout: forever. Nothing when it ran out or a signal came; valid until the
    // next call.
    [[nodiscard]] base::Result<std::span<const epoll_event>> wait(
        std::optional<std::chrono::milliseconds> timeout);

  private:
    explicit Epoll(Fd fd) : fd_(std::move(fd)), events_(64) {}
    Fd fd_;
    std::vector<epoll_event> events_;
};

}  // namespace os
