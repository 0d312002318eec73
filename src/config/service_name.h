// Which directory names can be services: those that survive a terminal, a log line, JSON and a command line.
// Used by playground, selection and check. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace config {

// What is wrong with it ("it has a line end"), or nothing. Spaces, dots and any valid UTF-8 are fine; empty,
// ".", "..", a slash, control bytes, a leading dash, and more than 255 bytes are not.
[[nodiscard]] std::optional<std::string> problem_of_name(std::string_view name);

}  // namespace config
