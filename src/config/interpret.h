// From the merged configuration to typed settings. Used by load and check. It reads no file.
#pragma once

#include <string>
#include <vector>

#include "config/merged.h"
#include "config/settings.h"
#include "config/surroundings.h"

namespace config {

struct Interpretation {
    Settings settings;
    // Each names the place and the key: "pgctl.yaml:3: timeout: 'soon' is not a number of seconds". What they
    // are about has its default in `settings`.
    std::vector<std::string> complaints;
};

// Numbers may be written as numbers or as text; they are cut at 10^9 seconds, which is for ever and still
// fits any clock.
[[nodiscard]] Interpretation interpret(const Merged& merged, const Surroundings& surroundings);

}  // namespace config
