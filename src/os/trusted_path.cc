#include "os/trusted_path.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/text.h"

namespace os {

namespace {

constexpr int kMostLinks = 40;  // as the kernel (man 7 path_resolution)
constexpr mode_t kAnythingForOthers = 0077;

// In a user namespace root may have no number of its own; "/" is his all the same.
bool is_root(uid_t user) {
    static const uid_t root = [] {
        struct stat found {};
        return ::stat("/", &found) == 0 ? found.st_uid : 0;
    }();
    return user == root;
}

std::unexpected<base::Error> of_another_user(const std::string& path, uid_t user) {
    return base::failure(path + ": belongs to another user (uid " + std::to_string(user) +
                         "); set pghome to a directory of your own");
}

std::unexpected<base::Error> writable_for_others(const std::string& path) {
    return base::failure(path + ": writable for other users; chmod it, or set pghome to a private directory");
}

base::Status trusted_directory(const std::string& path, const struct stat& found) {
    if (found.st_uid != ::geteuid() && !is_root(found.st_uid)) return of_another_user(path, found.st_uid);
    const bool only_added_to = (found.st_mode & S_ISVTX) != 0;
    if (others_may_write(found.st_mode, found.st_uid, found.st_gid) && !only_added_to)
        return writable_for_others(path);
    return {};
}

base::Result<std::string> target_of(const std::string& path, const struct stat& found) {
    if (found.st_uid != ::geteuid() && !is_root(found.st_uid)) return of_another_user(path, found.st_uid);
    std::array<char, PATH_MAX> target;
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size < 0) return base::system_error(path);
    return std::string(target.data(), static_cast<size_t>(size));
}

// The components that are still to be walked, the next one last.
class Way {
  public:
    explicit Way(const std::string& path) { prepend(path); }
    [[nodiscard]] bool ended() const { return left_.empty(); }
    std::string next() {
        std::string name = std::move(left_.back());
        left_.pop_back();
        return name;
    }
    void prepend(const std::string& path) {
        const auto names = base::split(path, '/');
        for (auto name = names.rbegin(); name != names.rend(); ++name) {
            if (!name->empty() && *name != ".") left_.push_back(*name);
        }
    }

  private:
    std::vector<std::string> left_;
};

std::string below(const std::string& directory, const std::string& name) {
    if (name == "..") {
        const size_t slash = directory.rfind('/');
        return slash == std::string::npos ? std::string() : directory.substr(0, slash);
    }
    return directory + "/" + name;
}

}  // namespace

bool others_may_write(mode_t mode, uid_t owner, gid_t group) {
    return (mode & S_IWOTH) != 0 || ((mode & S_IWGRP) != 0 && group != owner);
}

base::Result<std::string> trusted_path(const std::string& path) {
    Way way(path);
    std::string walked;  // "" is "/"
    int links = 0;
    while (!way.ended()) {
        const std::string reached = below(walked, way.next());
        struct stat found {};
        const bool exists = ::lstat(reached.empty() ? "/" : reached.c_str(), &found) == 0;
        if (!exists && errno != ENOENT) return base::system_error(reached);
        if (exists && S_ISLNK(found.st_mode)) {
            if (++links > kMostLinks) return base::system_error(reached, ELOOP);
            const auto target = target_of(reached, found);
            if (!target) return target;
            if (target->starts_with('/')) walked.clear();
            way.prepend(*target);
            continue;
        }
        walked = reached;
        if (!exists || way.ended()) continue;
        if (auto trusted = trusted_directory(reached, found); !trusted)
            return base::passed_on(trusted.error());
    }
    return walked.empty() ? "/" : walked;
}

base::Status own_directory(const std::string& path, Closed closed) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0)
        return errno == ENOENT ? base::Status() : base::system_error(path);
    if (found.st_uid != ::geteuid()) return of_another_user(path, found.st_uid);
    if (!S_ISDIR(found.st_mode))
        return base::failure(path + ": not a directory, so pgctl's state can't live there");
    const bool open = closed == Closed::to_anything
                          ? (found.st_mode & kAnythingForOthers) != 0
                          : others_may_write(found.st_mode, found.st_uid, found.st_gid);
    return open ? writable_for_others(path) : base::Status();
}

}  // namespace os
