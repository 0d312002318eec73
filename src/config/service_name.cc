#include "config/service_name.h"

#include "base/text.h"

namespace config {

std::optional<std::string> problem_of_name(std::string_view name) {
    constexpr size_t kLongest = 255;  // NAME_MAX
    if (name.empty()) return "it is empty";
    if (name == "." || name == "..") return "it names a directory's self or parent";
    if (name.find('/') != std::string_view::npos) return "it has a slash";
    if (name.find('\n') != std::string_view::npos) return "it has a line end";
    if (name.starts_with('-')) return "it starts with a dash, like an option";
    if (name.size() > kLongest) return "it is longer than 255 bytes";
    if (!base::valid_utf8(name)) return "it is not valid UTF-8";
    if (base::printable(name) != name) return "it has a control character";
    return std::nullopt;
}

}  // namespace config
