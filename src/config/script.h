// Whether the kernel could run a program of a service (run, ready, pre-start …), found out without running
// it. Used by service_settings and check. It never executes anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace config {

struct Script {
    bool exists = false;
    // Of its content and of whether it may be executed; beyond 256 KiB, of size and time instead. 0: no such
    // file.
    std::uint64_t fingerprint = 0;
    bool names_poll_ready = false;  // it may come to pgctl-poll-ready
    // One line that begins with `shown`: why it can't be run, and what to do about it; empty where it can.
    std::string complaint;
};

// `path` is absolute, `shown` what the user should read instead of it. An interpreter that is a relative path
// is looked up from `working_directory` (absolute), where the program would run. A file that may be executed
// but not read, and one in a binary format, are left to execve(2).
[[nodiscard]] Script inspect_script(const std::string& path, const std::string& shown,
                                    const std::string& working_directory);

}  // namespace config
