#include "os/epoll.h"

#include <cerrno>

namespace os {

base::Result<Epoll> Epoll::make() {
    Fd fd(::epoll_create1(EPOLL_CLOEXEC));
    if (!fd.valid()) return base::system_error("epoll_create1");
    return Epoll(std::move(fd));
}

base::Status Epoll::add(int fd, std::uint32_t events, std::uint64_t key) {
    epoll_event event{.events = events, .data = {.u64 = key}};
    if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return base::system_error("epoll_ctl");
    return {};
}

base::Status Epoll::change(int fd, std::uint32_t events, std::uint64_t key) {
    epoll_event event{.events = events, .data = {.u64 = key}};
    if (::epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) != 0) return base::system_error("epoll_ctl");
    return {};
}

base::Result<std::span<const epoll_event>> Epoll::wait(std::optional<std::chrono::milliseconds> timeout) {
    const int limit = timeout ? static_cast<int>(timeout->count()) : -1;
    const int count = ::epoll_wait(fd_.get(), events_.data(), static_cast<int>(events_.size()), limit);
    if (count < 0 && errno == EINTR) return std::span<const epoll_event>{};
    if (count < 0) return base::system_error("epoll_wait");
    return std::span<const epoll_event>(events_.data(), static_cast<size_t>(count));
}

}  // namespace os
