// The processes of one service: all that live below its keeper and, where a keeper of it was killed, all that
// carry the service's mark in their environment, and what that keeper kept of those that carry none. Found,
// shown and signalled. Used by the service's shell. Nothing is signalled that is not proven to belong.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "os/proc.h"
#include "os/process.h"
#include "protocol/messages.h"

namespace supervisor {

class ProcessSet {
  public:
    using Find = std::function<std::vector<pid_t>()>;

    // `keeper` 0: it was killed. `strays`: an earlier one was. `orphans` finds what else is left of such a
    // one.
    ProcessSet(const os::Proc& proc, pid_t keeper, std::string service_path, bool strays = false,
               Find orphans = {})
        : proc_(proc),
          keeper_(keeper),
          service_path_(std::move(service_path)),
          strays_(strays),
          orphans_(std::move(orphans)) {}

    // All of it now, parents before their children.
    [[nodiscard]] std::vector<pid_t> pids() const;
    // False also where it can't be told.
    [[nodiscard]] bool empty() const { return pids().empty() && proc_.tells(); }
    // As rows to show, a child below its parent.
    [[nodiscard]] std::vector<protocol::ProcessRow> rows() const;
    // TERM to each, and CONT in case it is stopped.
    void terminate() const;
    // Stops each, and looks again until nothing new appears, so that nothing can fork away from a kill that
    // follows.
    void freeze() const;
    void kill() const;

  private:
    void signal(const std::vector<pid_t>& pids, std::initializer_list<int> signals) const;

    const os::Proc& proc_;
    pid_t keeper_;
    std::string service_path_;
    bool strays_;
    Find orphans_;
};

// TERM and CONT to one process, if it still is that process.
void terminate(const os::Proc& proc, const os::ProcessId& process);

[[nodiscard]] std::vector<protocol::ProcessRow> rows_of(const os::Proc& proc, const std::vector<pid_t>& pids);
// Of those that were killed and have not ended: with what holds them.
[[nodiscard]] std::vector<protocol::ProcessRow> rows_with_obstacles(const os::Proc& proc,
                                                                    const std::vector<pid_t>& pids);

}  // namespace supervisor
