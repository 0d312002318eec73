// What an errno says of the machine rather than of what was asked for: that it, or this user, is out of
// something for now. Used by whoever tries such a thing again instead of believing that it can't be done.
#pragma once

#include <cerrno>
#include <utility>

namespace os {

// Processes, memory, descriptors, queued signals. Nothing at a service can mend that, and it may be over at
// any time.
[[nodiscard]] inline bool is_shortage(int error) {
    return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE || error == ENOBUFS;
}

// What `attempt` returns, a base::Result; tried a few times where it fails for a reason that says nothing of
// what it looks at.
template <class Attempt>
[[nodiscard]] auto persistently(Attempt attempt) {
    constexpr int kTries = 4;
    auto result = attempt();
    for (int tries = 1; !result && tries < kTries; ++tries) {
        const int error = result.error().number;
        if (!is_shortage(error) && error != EINTR && error != EIO) break;
        result = attempt();
    }
    return result;
}

}  // namespace os
