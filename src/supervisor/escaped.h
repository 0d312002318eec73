// Processes of the playground's services that live outside of every keeper: left over when all of ours were
// killed, or run by `pgctl debug`. Found by the mark in their environment. Used by the API around a start and
// a stop of what is down.
#pragma once

#include <string>
#include <vector>

#include "os/proc.h"
#include "os/process.h"
#include "protocol/marked.h"
#include "protocol/runtime_directory.h"

namespace supervisor {

class Escaped {
  public:
    Escaped(const os::Proc& proc, const protocol::RuntimeDirectory& directory, std::string playground)
        : proc_(proc), directory_(directory), playground_(std::move(playground)) {}

    struct Found {
        std::vector<os::ProcessId> processes;
        bool debugged = false;  // by a `pgctl debug` of the service, and by nobody's death
    };

    // Those of one service that is down. Looks through /proc once in a supervisor's life, and again where the
    // service was being debugged. Whoever asks (`caller`) and all it descends from is spared.
    [[nodiscard]] Found of(const std::string& service, pid_t caller);

    // Those that live of processes which were found otherwise, without `caller` and all it descends from.
    [[nodiscard]] std::vector<os::ProcessId> without_lineage(const std::vector<os::ProcessId>& processes,
                                                             pid_t caller) const;
    // Which of them have not ended.
    [[nodiscard]] std::vector<os::ProcessId> alive(const std::vector<os::ProcessId>& processes) const;

    // TERM and CONT, or KILL.
    void terminate(const std::vector<os::ProcessId>& processes) const;
    void kill(const std::vector<os::ProcessId>& processes) const;

  private:
    const os::Proc& proc_;
    const protocol::RuntimeDirectory& directory_;
    std::string playground_;
    protocol::Marked found_{.complete = false};
};

}  // namespace supervisor
