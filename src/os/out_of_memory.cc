#include "os/out_of_memory.h"

#include <charconv>

#include "os/file.h"

namespace os {

std::uint64_t out_of_memory_kills_in(std::string_view vmstat) {
    constexpr std::string_view kKey = "\noom_kill ";
    const size_t at = vmstat.find(kKey);
    if (at == std::string_view::npos) return 0;
    std::uint64_t count = 0;
    std::from_chars(vmstat.data() + at + kKey.size(), vmstat.data() + vmstat.size(), count);
    return count;
}

std::uint64_t out_of_memory_kills(const std::string& proc_root) {
    return out_of_memory_kills_in(read_file(proc_root + "/vmstat").value_or(""));
}

}  // namespace os
