// The paths that a service's keeper opens, as protocol::RuntimeDirectory names them, made without a heap.
// Used by a service's keeper.
#pragma once

#include <climits>
#include <cstddef>
#include <initializer_list>

namespace keeper {

// Bytes of the parts in a row.
[[nodiscard]] inline std::size_t joined_length(std::initializer_list<const char*> parts) {
    std::size_t length = 0;
    for (const char* part : parts) {
        while (*part++ != '\0') ++length;
    }
    return length;
}

inline void join(std::initializer_list<const char*> parts, char* room) {
    for (const char* part : parts) {
        while (*part != '\0') *room++ = *part++;
    }
    *room = '\0';
}

// What `use` returns for the parts in a row; for an empty path where that would be longer than the kernel
// takes. The path lies on the stack and takes no more than it needs: a whole PATH_MAX would cost each keeper
// one page more.
template <class Use>
[[gnu::noinline]] auto with_path(std::initializer_list<const char*> parts, Use use) {
    const std::size_t length = joined_length(parts);
    if (length >= PATH_MAX) return use("");
    char* path = static_cast<char*>(__builtin_alloca(length + 1));
    join(parts, path);
    return use(static_cast<const char*>(path));
}

// `use` gets the path of a file in the service's directory.
template <class Use>
auto with_service_path(const char* runtime, const char* service, const char* file, Use use) {
    return with_path({runtime, "/services/", service, "/", file}, use);
}

// The same for the FIFO of reports.
template <class Use>
auto with_reports_path(const char* runtime, Use use) {
    return with_path({runtime, "/events"}, use);
}

}  // namespace keeper
