// Reads YAML text into a Document. Used by config_file. It opens no file and lets no exception out.
#pragma once

#include <string>
#include <string_view>

#include "config/document.h"

namespace config {

// `name` stands before the line in an error. Anchors, aliases and "<<" work as in PyYAML; a second document,
// a tag that is none of YAML's own scalar types, and what expands beyond a few megabytes or 100 levels are
// errors.
[[nodiscard]] base::Result<Document> parse_yaml(std::string_view text, const std::string& name);

}  // namespace config
