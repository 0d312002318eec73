// The environment of a service that is being debugged: the caller's, and what every service has. Used by
// debug. Pure.
#pragma once

#include <string>
#include <vector>

namespace cli {

// All "NAME=value". What is of ours in the caller's environment is replaced.
[[nodiscard]] std::vector<std::string> debug_environment(const std::vector<std::string>& of_caller,
                                                         const std::string& service_path,
                                                         const std::string& scratch);

}  // namespace cli
