#include "os/path_status.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

namespace os {

namespace {

FileKind kind_of_mode(mode_t mode) {
    if (S_ISREG(mode)) return FileKind::regular;
    return S_ISDIR(mode) ? FileKind::directory : FileKind::other;
}

base::Status permitted(const std::string& path, int access) {
    if (::faccessat(AT_FDCWD, path.c_str(), access, AT_EACCESS) != 0) return base::system_error(path);
    return {};
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

bool entry_may_exist(const std::string& path) {
    return entry_exists(path) || errno == EACCES;
}

base::Status enterable(const std::string& directory) {
    return permitted(directory, X_OK);
}

base::Status readable(const std::string& path) {
    return permitted(path, R_OK);
}

base::Status writable(const std::string& path) {
    return permitted(path, W_OK);
}

base::Result<std::uint64_t> free_bytes(const std::string& path) {
    struct statvfs found {};
    if (::statvfs(path.c_str(), &found) != 0) return base::system_error(path);
    const auto blocks = ::geteuid() == 0 ? found.f_bfree : found.f_bavail;
    return std::uint64_t{blocks} * found.f_frsize;
}

base::Result<std::string> resolved(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
    if (!real) return base::system_error(path);
    return std::string(real.get());
}

}  // namespace os
