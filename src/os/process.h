// A process that was proven to be the one that is meant, held by a pidfd, so that its number may be reused
// without harm. Used by the supervisor for everything it signals. Nothing is ever signalled by its bare
// number.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>

#include "base/result.h"
#include "os/fd.h"
#include "os/proc.h"

namespace os {

// What tells a process from a later one with the same number, within one boot.
struct ProcessId {
    pid_t pid = 0;
    std::uint64_t start_time = 0;  // clock ticks since boot; 0: not known

    auto operator<=>(const ProcessId&) const = default;
};

class Process {
  public:
    // Opens the process and then checks that it is `id`: ESRCH where it has ended or is another one by now,
    // an errno that is_shortage() where nobody can tell.
    [[nodiscard]] static base::Result<Process> open(const Proc& proc, const ProcessId& id);

    // Readable once the process has ended (man 2 pidfd_open).
    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] Fd take_fd() && { return std::move(fd_); }
    [[nodiscard]] base::Status signal(int number) const;
    // With a value for sigwaitinfo(2) on the other side.
    [[nodiscard]] base::Status queue(int number, int value) const;

  private:
    explicit Process(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

// The process as it is now, with its start time.
[[nodiscard]] base::Result<ProcessId> identify(const Proc& proc, pid_t pid);

}  // namespace os
