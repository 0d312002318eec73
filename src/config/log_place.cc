#include "config/log_place.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "os/path_status.h"

namespace config {

namespace {

constexpr std::uint64_t kLeastRoom = 4096;  // bytes: a block

}  // namespace

std::string log_complaint(const std::string& directory, const std::string& shown) {
    const std::string logs = directory + "/logs";
    // What is there already has to be writable; what is not is made in the one above.
    for (const std::string& path : {logs + "/current", logs, directory}) {
        if (!os::exists(path)) continue;
        const auto writable = os::writable(path);
        if (!writable) return shown + "/logs: " + std::strerror(writable.error().number);
        const bool is_full = os::free_bytes(path).value_or(kLeastRoom) < kLeastRoom;
        return is_full ? shown + "/logs: " + std::strerror(ENOSPC) : std::string();
    }
    return {};
}

}  // namespace config
