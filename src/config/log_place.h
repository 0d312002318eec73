// Whether a service's log could be written. Used by start, which says so before anything is half done, and by
// check. It makes nothing.
#pragma once

#include <string>

namespace config {

// "playground/web/logs: Read-only file system", empty where the log can be written. `directory` is the
// service's absolute path, and `shown` how the user knows it.
[[nodiscard]] std::string log_complaint(const std::string& directory, const std::string& shown);

}  // namespace config
