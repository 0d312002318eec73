#include "config/service_name.h"

#include <algorithm>

#include "base/text.h"

namespace config {

std::optional<std::string> problem_of_name(std::string_view name) {
    constexpr size_t kLongest = 255;  // NAME_MAX
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (name.empty()) return "it is empty";
    if (name == "." || name == "..") return "it names a directory's self or parent";
    if (name.find('/') != std::string_view::npos) return "it has a slash";
    if (name.find('\n') != std::string_view::npos) return "it has a line end";
    if (std::ranges::any_of(name, is_control)) return "it has a control character";
    if (name.starts_with('-')) return "it starts with a dash, like an option";
    if (name.size() > kLongest) return "it is longer than 255 bytes";
    if (!base::valid_utf8(name)) return "it is not valid UTF-8";
    return std::nullopt;
}

}  // namespace config
