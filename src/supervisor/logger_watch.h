// Whether the logger works: it is the keeper's child, and tells of a full disk itself, but not that somebody
// has stopped it. Used for the status. It signals nothing.
#pragma once

#include <string>

#include "os/proc.h"

namespace supervisor {

class LoggerWatch {
  public:
    explicit LoggerWatch(const os::Proc& proc) : proc_(proc) {}

    // Why nothing is being logged ("the logger is stopped"), empty where it is. `keeper` is the pid of the
    // playground's keeper.
    [[nodiscard]] std::string trouble(pid_t keeper);

    // Its pid, 0 while it is being replaced.
    [[nodiscard]] pid_t logger(pid_t keeper);

  private:
    [[nodiscard]] pid_t find(pid_t keeper) const;

    const os::Proc& proc_;
    pid_t logger_ = 0;  // as it was when it was last looked for
};

}  // namespace supervisor
