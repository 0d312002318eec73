// Whole files and directories: read, written, listed, made. Paths are plain strings, since a name may hold
// any byte. Used by config, logs and the roles. Nothing here follows a symbolic link where it says so.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace os {

// At most `limit` bytes (1 MiB unless said otherwise); a larger file is an error.
[[nodiscard]] base::Result<std::string> read_file(const std::string& path, size_t limit = 1 << 20);
// The same, but a file that is not there is nothing instead of an error.
[[nodiscard]] base::Result<std::optional<std::string>> read_file_if_exists(const std::string& path,
                                                                           size_t limit = 1 << 20);
// Writes beside the file and renames, so that a reader sees the old content or the new, and nothing in
// between.
[[nodiscard]] base::Status replace_file(const std::string& path, std::string_view content, mode_t mode);
// In place, and so without a new inode: a reader may see a part. It is not emptied before, because ext4
// writes a file that was empty to the disk at once. `mode` is for a file that is not there yet.
[[nodiscard]] base::Status overwrite_file(const std::string& path, std::string_view content, mode_t mode);
// Every missing directory on the way gets `mode`.
[[nodiscard]] base::Status make_directories(const std::string& path, mode_t mode);
// The same with 0700, which the last one gets also where it was there and others could get at it. EPERM where
// it is not ours.
[[nodiscard]] base::Status make_private_directories(const std::string& path);
// Names without "." and ".." that begin with `prefix`, sorted by byte.
[[nodiscard]] base::Result<std::vector<std::string>> list_directory(const std::string& path,
                                                                    std::string_view prefix = "");
[[nodiscard]] base::Status remove_tree(const std::string& path);

enum class FileKind { missing, regular, directory, other };
// Follows symbolic links; what can't be looked at counts as missing.
[[nodiscard]] FileKind kind_of(const std::string& path);
[[nodiscard]] bool exists(const std::string& path);
// Whether the caller's effective user may execute it (a regular file only).
[[nodiscard]] bool executable(const std::string& path);
[[nodiscard]] base::Result<dev_t> device_of(const std::string& path);

[[nodiscard]] base::Result<std::string> working_directory();
// Lexical: "/a" + "b" is "/a/b"; an absolute second part stands alone.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);
// The part before the last slash ("/" at the least), and the part after it.
[[nodiscard]] std::string parent_of(std::string_view path);
[[nodiscard]] std::string name_of(std::string_view path);
// Absolute, without ".", ".." and doubled slashes; no link is resolved. `base` is absolute.
[[nodiscard]] std::string normalized(std::string_view path, std::string_view base);
// `path` seen from `directory` where it lies below it, else as it is.
[[nodiscard]] std::string relative_below(const std::string& path, const std::string& directory);

}  // namespace os
