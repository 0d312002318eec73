// A process's state as the column STAT of ps shows it (man 1 ps, "PROCESS STATE CODES"): "Ss", "S+", "T",
// "Z". Used where processes are shown to a person. It decides nothing.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace os {

// "-" where there is no such process.
[[nodiscard]] std::string shown_state(pid_t pid, const std::string& proc_root = "/proc");
// Pure: from the content of /proc/<pid>/stat, and whether it has locked memory; "-" where it is no such line.
[[nodiscard]] std::string shown_state_of(std::string_view stat_line, bool locked_memory);

}  // namespace os
