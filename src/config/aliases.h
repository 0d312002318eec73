// What names stand for: the expansion of aliases. Used by selection and check. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace config {

using Aliases = std::map<std::string, std::vector<std::string>>;

struct Expansion {
    // In the order of first mention, each once; kAllServices is left in its place.
    std::vector<std::string> names;
    // Every alias that was met within its own expansion.
    std::vector<std::string> cycles;
};

// Linear in the size of `aliases`, however they refer to each other, and of bounded depth.
[[nodiscard]] Expansion expand_aliases(const std::vector<std::string>& names, const Aliases& aliases);

// The contract's words for a cycle.
[[nodiscard]] std::string cycle_message(const std::string& alias);

}  // namespace config
