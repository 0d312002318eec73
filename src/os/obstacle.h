// What keeps a process from ending although it was killed, in words for a person, as /proc tells it (man 5
// proc). Used where a stop has failed. It decides nothing.
#pragma once

#include <sys/types.h>

#include <string>

namespace os {

// "traced by 34 (strace), which is stopped", "frozen in the cgroup /x", "in the kernel, in read of /mnt/file
// (request_wait_answer)", "ended, and not reaped by its parent 34 (sh)". Empty where nothing is to be seen,
// or the process has gone.
[[nodiscard]] std::string obstacle_of(pid_t pid, const std::string& proc_root = "/proc");

}  // namespace os
