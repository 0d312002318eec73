// How often the kernel has killed a process for want of memory since boot, in whatever cgroup: all that an
// ordinary user is told (man 5 proc, /proc/vmstat). Used by the supervisor. It can't say which process it
// was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace os {

// Pure. 0 where `vmstat` does not tell.
[[nodiscard]] std::uint64_t out_of_memory_kills_in(std::string_view vmstat);

[[nodiscard]] std::uint64_t out_of_memory_kills(const std::string& proc_root = "/proc");

}  // namespace os
