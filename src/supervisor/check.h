// One run of a service's ./ready: a child of the supervisor, in a session of its own, with the service's
// environment and its output in the service's log. Used by the service's shell; it decides nothing from the
// result.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/fd.h"
#include "supervisor/loop.h"

namespace supervisor {

class Check {
  public:
    struct Plan {
        std::string directory;                 // of the service
        std::vector<std::string> environment;  // "NAME=value"
        std::string output;                    // the service's output FIFO
    };

    // `ended` gets whether it exited with 0; it is not called any more once this object is gone.
    [[nodiscard]] static base::Result<std::unique_ptr<Check>> begin(Loop& loop, const Plan& plan,
                                                                    std::function<void(bool)> ended);
    // Kills what still runs of it.
    ~Check();

  private:
    Check(pid_t pid, os::Fd process) : pid_(pid), process_(std::move(process)) {}
    [[nodiscard]] bool reap();

    pid_t pid_;  // 0 once it was reaped
    os::Fd process_;
    std::unique_ptr<Readable> watch_;
};

}  // namespace supervisor
