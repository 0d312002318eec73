#include "os/open_files.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "os/file.h"
#include "os/file_identity.h"

namespace os {

namespace {

struct Wanted {
    std::optional<FileIdentity> identity;   // nothing: there is no such file now
    std::optional<std::string> deleted_as;  // what the link of a deleted one says
};

std::string link_of(const std::string& path) {
    std::array<char, PATH_MAX> buffer;
    const ssize_t size = ::readlink(path.c_str(), buffer.data(), buffer.size());
    return {buffer.data(), static_cast<size_t>(std::max<ssize_t>(size, 0))};
}

bool is_wanted(const std::string& descriptor, const Wanted& wanted) {
    struct stat found {};
    if (::stat(descriptor.c_str(), &found) != 0) return false;
    if (wanted.identity == identity_of(found)) return true;
    return wanted.deleted_as && found.st_nlink == 0 && link_of(descriptor) == *wanted.deleted_as;
}

bool holds(const std::string& directory, const Wanted& wanted) {
    const auto descriptors = list_directory(directory);
    return descriptors && std::ranges::any_of(*descriptors, [&](const std::string& number) {
               return is_wanted(directory + "/" + number, wanted);
           });
}

}  // namespace

std::vector<OpenFile> open_files(pid_t pid, const std::string& proc_root) {
    const std::string directory = proc_root + "/" + std::to_string(pid) + "/fd";
    std::vector<OpenFile> files;
    for (const std::string& number : list_directory(directory).value_or(std::vector<std::string>())) {
        const std::string descriptor = directory + "/" + number;
        files.push_back({.descriptor = descriptor, .path = link_of(descriptor)});
    }
    return files;
}

std::vector<pid_t> holders_of(const Proc& proc, const std::string& path, bool or_deleted,
                              const std::string& proc_root) {
    Wanted wanted;
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0) wanted.identity = identity_of(found);
    if (or_deleted) wanted.deleted_as = path + " (deleted)";
    if (!wanted.identity && !wanted.deleted_as) return {};
    std::vector<pid_t> holders;
    for (const pid_t pid : proc.all()) {
        if (holds(proc_root + "/" + std::to_string(pid) + "/fd", wanted)) holders.push_back(pid);
    }
    std::ranges::sort(holders);
    return holders;
}

}  // namespace os
