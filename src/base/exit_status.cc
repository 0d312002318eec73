#include "base/exit_status.h"

#include <sys/wait.h>

#include <cassert>
#include <cstring>

namespace base {

ExitStatus ExitStatus::from_wait(int wait_status) {
    assert(WIFEXITED(wait_status) || WIFSIGNALED(wait_status));
    return WIFEXITED(wait_status) ? exited(WEXITSTATUS(wait_status)) : signalled(WTERMSIG(wait_status));
}

ExitStatus ExitStatus::from_record(int wait_status) {
    return WIFEXITED(wait_status) || WIFSIGNALED(wait_status) ? from_wait(wait_status) : signalled(SIGKILL);
}

std::optional<int> ExitStatus::code() const {
    return signal_ == 0 ? std::optional(code_) : std::nullopt;
}

std::optional<int> ExitStatus::signal() const {
    return signal_ == 0 ? std::nullopt : std::optional(signal_);
}

std::string ExitStatus::words() const {
    if (signal_ == 0) return "exit code " + std::to_string(code_);
    const char* name = sigabbrev_np(signal_);
    return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal_);
}

}  // namespace base
