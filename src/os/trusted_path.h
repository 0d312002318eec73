// Whether nobody but this user and root can put something else in the place of a path: each directory on the
// way, and each symbolic link, is looked at. Used before anything is written to, read from or connected to
// below pghome. It changes nothing.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace os {

// Whether somebody but the owner can write to a file with these permissions. A group with the number of its
// owner is taken for his own, as adduser makes it for each user: with a umask of 002 he lets nobody else in.
[[nodiscard]] bool others_may_write(mode_t mode, uid_t owner, gid_t group);

// `path`, absolute, with every symbolic link on the way resolved; what does not exist yet stays as it is. An
// error where
//   - a directory or a link on the way belongs to another user than this one and the owner of "/",
//   - others may write to a directory on the way, unless it is sticky: then they can only add to it.
// The last component is resolved, but not judged: it depends on what it is for.
[[nodiscard]] base::Result<std::string> trusted_path(const std::string& path);

enum class Closed { to_writing, to_anything };

// An error unless `path` is a directory of this user's own, no link, and closed to others. One that does not
// exist is fine.
[[nodiscard]] base::Status own_directory(const std::string& path, Closed closed);

}  // namespace os
