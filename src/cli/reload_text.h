// What reload decides and says. Used by the command reload. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/playgrounds.h"

namespace cli {

// What changed of each running service, in words, by the service's path; empty where nothing did.
using Changed = std::map<std::string, std::vector<std::string>>;

// Those that have to be restarted, in the order asked.
[[nodiscard]] Services outdated_services(const Services& services, const Changed& changed);
// "[pgctl] Reloading: a (run changed)", "[pgctl] Unchanged: b", each only where there is one.
[[nodiscard]] std::string reload_text(const Services& services, const Changed& changed);

}  // namespace cli
