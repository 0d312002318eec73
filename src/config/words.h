// Words that mean a truth value, and letters without their case. Used wherever a value comes as text.
// Pure; it knows no key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace config {

// "1 true yes on" and their opposites in any case; any other number is true unless it is 0, and nothing at
// all is false.
[[nodiscard]] std::optional<bool> truth_of(std::string_view text);
// ASCII letters only.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace config
