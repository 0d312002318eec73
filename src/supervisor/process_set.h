// The processes of one service: all that live below its keeper and, where a keeper of it was killed, its main
// process with all below that, all that carry the service's mark in their environment, and what that keeper
// kept of those that carry none. Found, shown and signalled. Used by the service's shell. Nothing is
// signalled that is not proven to belong.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "os/proc.h"
#include "os/process.h"
#include "protocol/messages.h"

namespace supervisor {

struct FoundPids {
    std::vector<pid_t> pids;
    bool complete = true;  // false: others may be among them, and the next look tells
};

// What there is to go by where a keeper was killed.
struct BesideKeeper {
    bool strays = false;                     // it was an earlier one
    bool tracing = true;                     // the mark counts
    os::ProcessId main;                      // pid 0: none, or not known
    std::function<FoundPids()> fallen = {};  // finds what is left of it as far as no mark tells
};

class ProcessSet {
  public:
    // `keeper` 0: it was killed.
    ProcessSet(const os::Proc& proc, pid_t keeper, std::string service_path, BesideKeeper beside = {})
        : proc_(proc), keeper_(keeper), service_path_(std::move(service_path)), beside_(std::move(beside)) {}

    // All of it now, parents before their children.
    [[nodiscard]] std::vector<pid_t> pids() const { return find().pids; }
    // False also where it can't be told. `spared` count for nothing.
    [[nodiscard]] bool empty(const std::vector<pid_t>& spared = {}) const;
    // As rows to show, a child below its parent.
    [[nodiscard]] std::vector<protocol::ProcessRow> rows() const;
    // TERM to each, and CONT in case it is stopped.
    void terminate() const;
    // Stops each, and looks again until nothing new appears, so that nothing can fork away from a kill that
    // follows.
    void freeze() const;
    void kill() const;

  private:
    [[nodiscard]] FoundPids find() const;
    [[nodiscard]] FoundPids marked() const;
    [[nodiscard]] std::vector<pid_t> with_main() const;
    void signal(const std::vector<pid_t>& pids, std::initializer_list<int> signals) const;

    const os::Proc& proc_;
    pid_t keeper_;
    std::string service_path_;
    BesideKeeper beside_;
};

// TERM and CONT to one process, if it still is that process.
void terminate(const os::Proc& proc, const os::ProcessId& process);

[[nodiscard]] std::vector<protocol::ProcessRow> rows_of(const os::Proc& proc, const std::vector<pid_t>& pids);
// Of those that were killed and have not ended: with what holds them.
[[nodiscard]] std::vector<protocol::ProcessRow> rows_with_obstacles(const os::Proc& proc,
                                                                    const std::vector<pid_t>& pids);

}  // namespace supervisor
