// The type of a plain YAML scalar, as pgctl's users know it: YAML 1.1 in the reading of PyYAML's SafeLoader.
// Used by the yaml reader. It only sees unquoted text; what is quoted is a string.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace config {

// null, a boolean (yes, no, on, off, true, false), a number (also 0x1f, 017, 0b1, 1_000, 1:30, .inf), or the
// text as a string. A date stays a string. Rules: https://yaml.org/type/, as implemented in yaml/resolver.py.
[[nodiscard]] nlohmann::json plain_scalar(std::string_view text);

}  // namespace config
