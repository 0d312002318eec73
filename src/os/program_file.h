// The file that a process executes, whatever has become of its path: opened, and told from every other one.
// Used for upgrades, by the client, the supervisor and the keeper. It executes nothing.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "os/fd.h"

namespace os {

// With O_PATH: good for its identity and for being executed, also after the file was replaced or deleted.
[[nodiscard]] base::Result<Fd> open_program_of(pid_t pid);

// Equal for the same file with the same content, as far as its inode tells; one line without blanks.
[[nodiscard]] base::Result<std::string> program_identity(int fd);

// Of the program that we are; empty where that can't be told.
[[nodiscard]] std::string own_program_identity();

// A path by which a child of ours executes the file behind `fd` (man 5 proc).
[[nodiscard]] std::string executable_path(int fd);

}  // namespace os
