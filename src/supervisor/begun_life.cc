#include "supervisor/begun_life.h"

namespace supervisor {

namespace {

// Until it executes, it is a copy of its keeper; and it has no words at all in the middle of that.
bool has_executed(const os::Proc& proc, pid_t pid, pid_t keeper) {
    const auto words = proc.command_line(pid), of_keeper = proc.command_line(keeper);
    return words && of_keeper && !words->empty() && *words != *of_keeper;
}

}  // namespace

std::optional<pid_t> begun_life(const os::Proc& proc, pid_t keeper, std::uint64_t since) {
    for (const pid_t child : proc.children(keeper)) {
        const auto stat = proc.stat(child);
        if (!stat || stat->state == 'Z' || stat->state == 'X') continue;
        // A main process leads a session from before it executes.
        if (stat->session != child || stat->start_time < since) continue;
        if (has_executed(proc, child, keeper)) return child;
    }
    return {};
}

}  // namespace supervisor
