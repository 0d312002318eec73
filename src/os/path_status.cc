#include "os/path_status.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace os {

namespace {

FileKind kind_of_mode(mode_t mode) {
    if (S_ISREG(mode)) return FileKind::regular;
    return S_ISDIR(mode) ? FileKind::directory : FileKind::other;
}

}  // namespace

base::Result<PathStatus> status_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return base::system_error(path);
    return PathStatus{
        .kind = kind_of_mode(found.st_mode),
        .permissions = found.st_mode & 07777,
        .size = static_cast<std::uint64_t>(found.st_size),
        .modified = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec,
        .device = found.st_dev,
    };
}

bool entry_exists(const std::string& path) {
    return ::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

base::Result<std::string> resolved(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
    if (!real) return base::system_error(path);
    return std::string(real.get());
}

}  // namespace os
