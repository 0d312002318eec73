#include "cli/runtime_access.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "os/file.h"

namespace cli {

namespace {

base::Status verify_directory(const std::string& path, mode_t forbidden) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        return errno == ENOENT ? base::Status() : base::system_error(path);
    }
    if (!S_ISDIR(found.st_mode))
        return base::failure(path + ": not a directory, so pgctl's state can't live there");
    if (found.st_uid != ::geteuid()) {
        return base::failure(path + ": belongs to another user (uid " + std::to_string(found.st_uid) +
                             "); set pghome to a directory of your own");
    }
    if ((found.st_mode & forbidden) != 0) {
        return base::failure(path +
                             ": writable for other users; chmod it, or set pghome to a private directory");
    }
    return {};
}

// The user may have made pghome a link himself; where it leads is what counts.
std::string resolved(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISLNK(found.st_mode) || found.st_uid != ::geteuid())
        return path;
    return path + "/.";
}

}  // namespace

base::Status verify(const std::string& pghome, const protocol::RuntimeDirectory& directory) {
    if (auto trusted = verify_directory(resolved(pghome), 0002); !trusted) return trusted;
    return verify_directory(directory.root(), 0077);
}

base::Status make(const std::string& pghome, const protocol::RuntimeDirectory& directory) {
    if (auto trusted = verify(pghome, directory); !trusted) return trusted;
    if (auto made = os::make_directories(directory.root(), 0700); !made) return made;
    return verify(pghome, directory);
}

}  // namespace cli
