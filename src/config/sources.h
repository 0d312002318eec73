// Everything that configures a command, read and in the order of precedence (contract: README,
// "Configuration"). Used by load and check. It merges nothing and knows no key but `config`.
#pragma once

#include <string>
#include <vector>

#include "config/document.h"
#include "config/surroundings.h"

namespace config {

enum class Origin { built_in, file, environment, command_line };

struct Source {
    Origin origin = Origin::built_in;
    std::string name;  // "../pgctl.yaml", "environment variable PGCTL_TIMEOUT"
    Document document;
};

struct Sources {
    std::vector<Source> sources;  // the lowest first
    // One line for each file that can't be used, and for each level with more than one; those are left out
    // above.
    std::vector<std::string> complaints;
};

// `command_line` is a mapping of what was given there, and of nothing else; its key `config` names a file to
// be read.
[[nodiscard]] Sources read_sources(const Surroundings& surroundings, const nlohmann::json& command_line);

}  // namespace config
