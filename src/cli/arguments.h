// The command line as it was given: options before, between or after the words, the first word the command,
// the others services. Used by run. It reads no configuration and prints nothing.
#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cli {

// There is nothing to do but to print this and to exit: help, version, a usage error.
struct Farewell {
    std::string text;
    bool is_error = false;  // to stderr, exit code 2
};

// What was given, as config::load() wants it: "command", "services", "pgdir", "json" …, and no defaults.
// `arguments` are those of main without the program's name.
[[nodiscard]] std::expected<nlohmann::json, Farewell> parse_arguments(
    const std::vector<std::string>& arguments);

}  // namespace cli
