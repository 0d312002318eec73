// Which file something is, whatever path leads to it: device and inode.
// Used where a path may have been given to another file meanwhile. It says nothing after the last link and
// descriptor are gone.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "os/fd.h"

namespace os {

struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    bool operator==(const FileIdentity&) const = default;
};

[[nodiscard]] inline FileIdentity identity_of(const struct stat& found) {
    return {.device = found.st_dev, .inode = found.st_ino};
}

// Whether `path` is `file`; a symbolic link is only itself. False for a file that is not open.
[[nodiscard]] bool leads_to(const std::string& path, const Fd& file);

}  // namespace os
