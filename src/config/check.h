// Everything `pgctl check` has to say. It reads the configuration and the whole playground, and starts
// nothing.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/surroundings.h"

namespace config {

// Every complaint as one line: the file, the line where there is one, what is wrong, and where possible what
// to do. Empty where all is well. `command_line` as for load().
[[nodiscard]] std::vector<std::string> check(const Surroundings& surroundings,
                                             const nlohmann::json& command_line);

}  // namespace config
