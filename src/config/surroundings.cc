#include "config/surroundings.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "os/file.h"
#include "os/passwd.h"

namespace config {

std::optional<std::string_view> Surroundings::variable(std::string_view name) const {
    for (const std::string_view entry : environment | std::views::reverse) {
        const bool matches =
            entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
        if (matches) return entry.substr(name.size() + 1);
    }
    return std::nullopt;
}

std::optional<std::string_view> Surroundings::filled_variable(std::string_view name) const {
    const auto value = variable(name);
    return value && !value->empty() ? value : std::nullopt;
}

std::optional<std::string> Surroundings::home() const {
    if (const auto home = filled_variable("HOME")) return std::string(*home);
    return os::home_of(user, passwd_file);
}

std::optional<std::string> Surroundings::expanded(std::string_view path) const {
    if (!path.starts_with('~')) return std::string(path);
    const size_t end = std::min(path.find('/'), path.size());
    const std::string name(path.substr(1, end - 1));
    auto directory = name.empty() ? home() : os::home_of(name, passwd_file);
    if (directory) directory->append(path.substr(end));
    return directory;
}

std::vector<std::string> Surroundings::directories_upwards() const {
    std::vector<std::string> found;
    const auto device = os::device_of(working_directory);
    if (!device) return found;
    const auto is_elsewhere = [&](const std::string& path) {
        const auto other = os::device_of(path);
        return !other || *other != *device;
    };
    std::string directory = working_directory;
    while (true) {
        found.push_back(directory);
        const std::string parent = os::parent_of(directory);
        if (directory == top || parent == directory || is_elsewhere(parent)) return found;
        directory = parent;
    }
}

std::string Surroundings::shown(const std::string& path) const {
    return base::printable(os::relative_below(path, working_directory));
}

}  // namespace config
