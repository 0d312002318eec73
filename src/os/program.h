// Another program, run to its end or become. Used by the client for hooks, messages and `debug`, and by
// pgctl-poll-ready. Never used for services, which have a keeper. The child has default signal dispositions
// and an empty mask.
#pragma once

#include <string>
#include <vector>

#include "base/exit_status.h"
#include "base/result.h"

namespace os {

// Runs the file at `path`, without arguments, in `directory` (empty: where we are), with our environment and
// our three streams. An error: it could not be started.
[[nodiscard]] base::Result<base::ExitStatus> run_program(const std::string& path,
                                                         const std::string& directory);

// The same where we are, and what it writes to stdout goes to our stderr.
[[nodiscard]] base::Result<base::ExitStatus> run_program_on_stderr(const std::string& path);

// Becomes the file at `path`; returns only where that fails.
[[nodiscard]] base::Error become_program(const std::string& path, const std::vector<std::string>& arguments,
                                         const std::vector<std::string>& environment);
// Becomes arguments[0], looked up in PATH, with our environment and signal dispositions as they are.
[[nodiscard]] base::Error become_command(const std::vector<std::string>& arguments);

[[nodiscard]] base::Status change_directory(const std::string& path);

}  // namespace os
