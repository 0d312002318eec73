#include "os/inherited.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace os {

namespace {

std::int64_t number_of(rlim_t limit) {
    return limit == RLIM_INFINITY ? -1 : static_cast<std::int64_t>(limit);
}

}  // namespace

std::vector<std::string> environment() {
    std::vector<std::string> variables;
    for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
        if (std::string_view(*variable).find('=') != std::string_view::npos)
            variables.emplace_back(*variable);
    }
    return variables;
}

mode_t file_mode_mask() {
    // What might be created in between is at least private.
    const mode_t mask = ::umask(077);
    ::umask(mask);
    return mask;
}

int own_niceness() {
    return ::getpriority(PRIO_PROCESS, 0);
}

std::optional<int> niceness(pid_t pid) {
    errno = 0;
    const int found = ::getpriority(PRIO_PROCESS, static_cast<id_t>(pid));
    return errno == 0 ? std::optional(found) : std::nullopt;
}

std::vector<ResourceLimit> resource_limits(pid_t pid) {
    std::vector<ResourceLimit> limits;
    for (int resource = 0; resource < static_cast<int>(RLIM_NLIMITS); ++resource) {
        rlimit limit{};
        if (::prlimit(pid, static_cast<__rlimit_resource>(resource), nullptr, &limit) != 0) continue;
        limits.push_back(
            {.resource = resource, .soft = number_of(limit.rlim_cur), .hard = number_of(limit.rlim_max)});
    }
    return limits;
}

pid_t own_pid() {
    return ::getpid();
}

uid_t own_user() {
    return ::geteuid();
}

}  // namespace os
