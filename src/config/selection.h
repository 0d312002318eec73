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
    std::string shown_log;   // the same of its log
    std::string problem;     // why it can't be started by this name, a line; empty where it can

    bool operator==(const NamedService&) const = default;
};

// Names of what runs in a playground. Asked only where it matters: for "(all services)", which includes them,
// and for a service whose directory is gone, which can be named as long as it runs.
using RunningServices = std::function<std::vector<std::string>(const std::string& playground)>;

// Expands settings.services: in order, each once. A name may be a path, absolute or seen from the playground;
// the directory that it lies in is then its playground, and no other is needed for an absolute one. Errors: a
// missing playground, a cycle of aliases, "No such service: 'playground/nope'", a name that none may have.
// What "(all services)" finds of such names has a `problem` where something is to be started, and is left out
// elsewhere: what runs can be seen and stopped, whatever lies beside it.
[[nodiscard]] base::Result<std::vector<NamedService>> select_services(const Settings& settings,
                                                                      const Surroundings& surroundings,
                                                                      const RunningServices& running = {});

}  // namespace config
