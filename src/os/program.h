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

struct Captured {
    base::ExitStatus status = base::ExitStatus::exited(0);
    std::string output;  // stdout and stderr together, at most 1 MiB
};
// The same with its output collected, until everybody who holds it open has closed it.
[[nodiscard]] base::Result<Captured> capture_program(const std::string& path);

// Becomes the file at `path`; returns only where that fails.
[[nodiscard]] base::Error become_program(const std::string& path, const std::vector<std::string>& arguments,
                                         const std::vector<std::string>& environment);
// Becomes arguments[0], looked up in PATH, with our environment and signal dispositions as they are.
[[nodiscard]] base::Error become_command(const std::vector<std::string>& arguments);

[[nodiscard]] base::Status change_directory(const std::string& path);

}  // namespace os
