// One configuration file: which names are read, in which format, and what it says.
// Used by sources. It knows nothing of the order of files nor of the keys.
#pragma once

#include <string>
#include <vector>

#include "config/document.h"

namespace config {

// The files whose names are that of `prefix` ("/etc/pgctl"), a dot, anything, and .yaml, .yml, .json, .ini or
// .conf, sorted: "pgctl.yaml", "pgctl.local.yaml". None where there is no such directory, or it may not be
// read. An error where that is not known, for want of memory for instance.
[[nodiscard]] base::Result<std::vector<std::string>> config_files_at(const std::string& prefix);

// `shown` is how the errors call it. A file without any value is an empty mapping; larger than 1 MiB,
// unreadable, not UTF-8, of an unknown ending, with a syntax error, or with anything but a mapping at the
// top: an error of one line.
[[nodiscard]] base::Result<Document> read_config_file(const std::string& path, const std::string& shown);

}  // namespace config
