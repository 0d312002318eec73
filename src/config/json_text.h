// JSON as text: a configuration file read into a Document, and a value printed the way `pgctl config` shows
// it. Used by config_file and load. It lets no exception out.
#pragma once

#include <string>
#include <string_view>

#include "config/document.h"

namespace config {

// `name` stands before the line in an error. More than 100 levels are one.
[[nodiscard]] base::Result<Document> parse_json(std::string_view text, const std::string& name);

// Keys sorted, indented by 4, everything but ASCII escaped: Python's json.dumps(value, sort_keys=True,
// indent=4). Bytes that are no UTF-8 come out as U+FFFD. No line end at the end.
[[nodiscard]] std::string printed_json(const nlohmann::json& value);

}  // namespace config
