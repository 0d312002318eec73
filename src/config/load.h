// The configuration of one command, from all its sources. What the client calls first.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/settings.h"
#include "config/surroundings.h"

namespace config {

template <class T>
using OrComplaints = std::expected<T, std::vector<std::string>>;  // each one line: place, key, what is wrong

// `command_line` is a mapping that holds only what was given there ("command", "config", "services", "pgdir",
// "json", …): an option that is missing must not hide what a file says.
[[nodiscard]] OrComplaints<Settings> load(const Surroundings& surroundings,
                                          const nlohmann::json& command_line);

// What `pgctl config` prints, without the line end: the merged result as JSON. Only a file that can't be read
// is an error here; a value that makes no sense is shown as it is.
[[nodiscard]] OrComplaints<std::string> configuration_text(const Surroundings& surroundings,
                                                           const nlohmann::json& command_line);

}  // namespace config
