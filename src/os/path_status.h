// What a path leads to: kind, permissions, size, times, and where it really is.
// Used by config to look at a playground with few system calls. It opens nothing and changes nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "os/file.h"

namespace os {

struct PathStatus {
    FileKind kind = FileKind::missing;
    mode_t permissions = 0;     // the lower 12 bits of st_mode
    std::uint64_t size = 0;     // bytes
    std::int64_t modified = 0;  // nanoseconds since 1970
    dev_t device = 0;
};

// stat(2): follows symbolic links; an error where nothing is there.
[[nodiscard]] base::Result<PathStatus> status_of(const std::string& path);
// Whether there is an entry of that name; a symbolic link that leads nowhere is one, too.
[[nodiscard]] bool entry_exists(const std::string& path);
// The same, or nobody tells us: a directory on the way may not be entered.
[[nodiscard]] bool entry_may_exist(const std::string& path);
// Whether this process may enter this directory: EACCES.
[[nodiscard]] base::Status enterable(const std::string& directory);
// Whether this process may read it: EACCES, ENOENT.
[[nodiscard]] base::Status readable(const std::string& path);
// Whether this process may write to it: EACCES, EROFS.
[[nodiscard]] base::Status writable(const std::string& path);
// Bytes that this process may still write to the file system that it lies on.
[[nodiscard]] base::Result<std::uint64_t> free_bytes(const std::string& path);
// realpath(3): absolute, every symbolic link resolved; all of it must exist.
[[nodiscard]] base::Result<std::string> resolved(const std::string& path);

}  // namespace os
