// The keys of the configuration that mean something, with their defaults.
// Used by merge (as the lowest source), interpret and check. Their meaning is in README, "Configuration".
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/surroundings.h"

namespace config {

// As `pgctl config` shows them; some numbers are strings there, as they always were.
[[nodiscard]] nlohmann::json default_values(const Surroundings& surroundings);

// `pghome` where nobody says another: below $XDG_RUNTIME_DIR, or ~/.run; "~" is not expanded.
[[nodiscard]] std::string default_pghome(const Surroundings& surroundings);

// Every key that may stand in a configuration, sorted.
[[nodiscard]] const std::vector<std::string>& known_keys();

// PGCTL_SERVICE and its like: variables of ours that are found among the PGCTL_* of the environment, in lower
// case and without the prefix, and that configure nothing.
[[nodiscard]] bool is_variable_of_ours(const std::string& key);

}  // namespace config
