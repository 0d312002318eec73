#include "supervisor/logger_watch.h"

namespace supervisor {

std::string LoggerWatch::trouble(pid_t keeper) {
    const auto stat = proc_.stat(logger(keeper));
    if (!stat) return {};  // it is being replaced
    return stat->state == 'T' || stat->state == 't' ? "the logger is stopped" : "";
}

pid_t LoggerWatch::logger(pid_t keeper) {
    const auto stat = proc_.stat(logger_);
    if (!stat || stat->parent != keeper || stat->state == 'Z') logger_ = find(keeper);
    return logger_;
}

pid_t LoggerWatch::find(pid_t keeper) const {
    for (const pid_t child : proc_.children(keeper)) {
        const auto arguments = proc_.command_line(child);
        if (arguments && arguments->size() > 1 && (*arguments)[1] == "logger") return child;
    }
    return 0;
}

}  // namespace supervisor
