// Finding a playground and what lies in it. Used by selection, check, completion and the supervisor's reload.
// It starts nothing and reads no service's files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/surroundings.h"

namespace config {

// The nearest directory `pgdir` (a name, a relative or an absolute path) from the working directory upwards,
// on the same file system, in its canonical form. The error is the contract's: could not find any directory
// named 'playground'.
[[nodiscard]] base::Result<std::string> find_playground(const std::string& pgdir,
                                                        const Surroundings& surroundings);

// The name under which a playground (or a service) has its state: the parent with every link resolved, the
// last component as it is. Works for a directory that is not there, too, as after `git clean`. `path` is
// absolute.
[[nodiscard]] std::string canonical_path(const std::string& path);

// Names of the subdirectories that have an entry `run` of whatever kind, sorted by byte; links to directories
// count, and so do names that no service may have (service_name.h). An error where the directory can't be
// read
// (`shown` begins it).
[[nodiscard]] base::Result<std::vector<std::string>> list_services(const std::string& playground,
                                                                   const std::string& shown);

// The absolute path of what `name` means, which is a name in the playground or a path seen from it; nothing
// where it leads out of it. An absolute path means itself.
[[nodiscard]] std::optional<std::string> named_path(const std::string& name, const std::string& playground);

}  // namespace config
