#include "config/playground.h"

#include <cstring>

#include "base/text.h"
#include "config/service_name.h"
#include "os/file.h"
#include "os/path_status.h"

namespace config {

namespace {

std::vector<std::string> candidates(const std::string& pgdir, const Surroundings& surroundings) {
    if (pgdir.starts_with('/')) return {pgdir};
    std::vector<std::string> found = surroundings.directories_upwards();
    for (std::string& directory : found) directory = os::join_path(directory, pgdir);
    return found;
}

std::string without_trailing_slashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

}  // namespace

base::Result<std::string> find_playground(const std::string& pgdir, const Surroundings& surroundings) {
    std::string why;
    for (const std::string& path : candidates(pgdir, surroundings)) {
        const os::FileKind kind = os::kind_of(path);
        if (kind == os::FileKind::directory) return canonical_path(path);
        if (kind != os::FileKind::missing && why.empty())
            why = " (" + surroundings.shown(path) + " is a file)";
    }
    return base::failure("could not find any directory named '" + base::printable(pgdir) + "'" + why);
}

std::string canonical_path(const std::string& path) {
    const std::string plain = without_trailing_slashes(path);
    const std::string name = os::name_of(plain);
    if (name.empty() || name == "." || name == "..")
        return os::resolved(plain).value_or(os::normalized(plain, "/"));
    const std::string parent = os::parent_of(plain);
    const auto real = os::resolved(parent);
    return os::join_path(real ? *real : canonical_path(parent), name);
}

std::optional<std::string> named_path(const std::string& name, const std::string& playground) {
    if (name.starts_with('/')) return without_trailing_slashes(name);
    std::string path = os::normalized(name, playground);
    return path.starts_with(playground + "/") ? std::optional(std::move(path)) : std::nullopt;
}

base::Result<std::vector<std::string>> list_services(const std::string& playground,
                                                     const std::string& shown) {
    auto names = os::list_directory(playground);
    if (!names) return base::failure(shown + ": " + std::strerror(names.error().number));
    if (const auto entered = os::enterable(playground); !entered)
        return base::failure(shown + ": " + std::strerror(entered.error().number));
    std::erase_if(*names, [&](const std::string& name) {
        return !os::entry_may_exist(os::join_path(os::join_path(playground, name), "run"));
    });
    return names;
}

}  // namespace config
