// The services a command acts on. Used by every command that takes names. It starts nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "config/surroundings.h"

namespace config {

struct NamedService {
    std::string name;
    std::string playground;  // canonical_path()
    std::string path;        // playground/name
    std::string shown;       // relative where it lies below the working directory, else absolute

    bool operator==(const NamedService&) const = default;
};

// Names of what runs in a playground. Asked only where it matters: for "(all services)", which includes them,
// and for a service whose directory is gone, which can be named as long as it runs.
using RunningServices = std::function<std::vector<std::string>(const std::string& playground)>;

// Expands settings.services: in order, each once. A playground is needed only for names that are no absolute
// path. Errors: a missing playground, a cycle of aliases, "No such service: 'playground/nope'", a name that
// none may have.
[[nodiscard]] base::Result<std::vector<NamedService>> select_services(const Settings& settings,
                                                                      const Surroundings& surroundings,
                                                                      const RunningServices& running = {});

}  // namespace config
