// Who has a file open, as /proc/<pid>/fd tells (man 5 proc). Used by pgctl-fuser and the supervisor. It opens
// no file and signals nothing.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "os/proc.h"

namespace os {

// The processes, by number, that hold the file at `path` open, among those whose descriptors we may see.
// `or_deleted`: also those that hold a deleted file which had this path (absolute).
[[nodiscard]] std::vector<pid_t> holders_of(const Proc& proc, const std::string& path, bool or_deleted,
                                            const std::string& proc_root = "/proc");

struct OpenFile {
    std::string descriptor;  // its entry in /proc/<pid>/fd, which can be opened
    std::string path;        // where that leads, as the link says
};

// Of each of the process's descriptors; none for a process that we may not look at.
[[nodiscard]] std::vector<OpenFile> open_files(pid_t pid, const std::string& proc_root = "/proc");

}  // namespace os
