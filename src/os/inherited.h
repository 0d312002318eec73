// What this process has from whoever started it: environment, umask, niceness, resource limits, user; and
// what another one of this user has. Used by the client, which passes it on to services, and by the
// supervisor. It changes nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace os {

// -1 is infinity (man 2 getrlimit).
struct ResourceLimit {
    int resource = 0;
    std::int64_t soft = -1;
    std::int64_t hard = -1;
};

// "NAME=value" each, as in environ(7); what has no "=" is left out.
[[nodiscard]] std::vector<std::string> environment();
// Only while the process has one thread: the umask can't be read without being set for a moment.
[[nodiscard]] mode_t file_mode_mask();
[[nodiscard]] int own_niceness();
// Nothing, and no limits, of one that is gone; 0 is this process.
[[nodiscard]] std::optional<int> niceness(pid_t pid);
[[nodiscard]] std::vector<ResourceLimit> resource_limits(pid_t pid = 0);
[[nodiscard]] pid_t own_pid();
[[nodiscard]] uid_t own_user();

}  // namespace os
