#include "os/mapping.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace os {

namespace {

base::Status lock(const Fd& file, const std::string& path) {
    while (::flock(file.get(), LOCK_EX) != 0) {
        if (errno != EINTR) return base::system_error(path);
    }
    return {};
}

}  // namespace

base::Result<Mapping> Mapping::open_exclusively(const std::string& path, size_t bytes) {
    auto file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!file) return base::passed_on(file.error());
    if (auto locked = lock(*file, path); !locked) return base::passed_on(locked.error());
    if (const int error = ::posix_fallocate(file->get(), 0, static_cast<off_t>(bytes)); error != 0) {
        return base::system_error(path, error);
    }
    void* const start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->get(), 0);
    if (start == MAP_FAILED) return base::system_error(path);
    // Only saves page faults; a limit on locked memory is no reason to fail.
    (void)::mlock(start, bytes);
    return Mapping(std::move(*file), {static_cast<char*>(start), bytes});
}

Mapping::Mapping(Mapping&& other) noexcept
    : file_(std::move(other.file_)), bytes_(std::exchange(other.bytes_, {})) {}

Mapping::~Mapping() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace os
