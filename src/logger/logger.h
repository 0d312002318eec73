// The logger role: reads every service's output, stamps the lines, writes and rotates the files.
// Started by the playground's keeper through main; it never makes a decision about a service and never talks
// to a client.
#pragma once

#include <string>

namespace logger {

// Until it is told to finish: 0. Otherwise 1, with a line on stderr that says why; it is worth another try
// then. Both are absolute. Ignores every signal that can be ignored and would end it: its keeper decides
// about its end.
[[nodiscard]] int run(const std::string& runtime_directory_root, const std::string& playground);

}  // namespace logger
