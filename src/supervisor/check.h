// One run of a service's ./ready: a child of the supervisor, in a session of its own, with the service's
// environment, umask and limits, and its output in the service's log. Used by the service's shell; it decides
// nothing from the result.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "os/fd.h"
#include "supervisor/loop.h"

namespace supervisor {

class Check {
  public:
    // `plan` is a protocol::SpawnPlan, laid out. `ended` gets whether it exited with 0; it is not called any
    // more once this object is gone.
    [[nodiscard]] static base::Result<std::unique_ptr<Check>> begin(Loop& loop, std::string plan,
                                                                    std::function<void(bool)> ended);
    // Kills what still runs of it.
    ~Check();

    // Where it has ended, calls back now, whoever else is to be told before.
    void look();
    // Of it, also when it has ended.
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    Check(pid_t pid, os::Fd process, std::function<void(bool)> ended)
        : pid_(pid), process_(std::move(process)), ended_(std::move(ended)) {}
    void end();
    [[nodiscard]] bool reap();

    pid_t pid_;
    bool reaped_ = false;
    os::Fd process_;
    std::function<void(bool)> ended_;
    std::unique_ptr<Readable> watch_;
};

}  // namespace supervisor
