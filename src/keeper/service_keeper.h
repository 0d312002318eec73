// The keeper of one service: a subreaper above all processes that ever come from its ./run, so that none gets
// out. Forked from the playground's keeper without an exec. It executes ./run when told, reaps, reports, and
// decides nothing; it has no heap and a few pages of its own, and is never replaced.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace keeper {

struct ServiceKeeper {
    std::uint32_t service = 0;         // slot in the state file
    std::uint32_t generation = 0;      // the life to begin at once
    int reports = -1;                  // fd of the FIFO of reports
    pid_t parent = 0;                  // the playground's keeper
    const char* playground = nullptr;  // path, for the command line
    const char* runtime = nullptr;     // path of the playground's runtime directory
    const char* name = nullptr;        // of the service
};

[[noreturn]] void keep(const ServiceKeeper& keeper);

}  // namespace keeper
