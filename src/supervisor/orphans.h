// Processes that fell to one of ours because their parents have ended: to the supervisor what checks leave
// behind, to the playground's keeper what a killed keeper of a service has kept. Used by the playground and
// its services. Nothing is signalled that did not come from a check.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "os/proc.h"
#include "os/process.h"
#include "supervisor/loop.h"
#include "supervisor/process_set.h"

namespace supervisor {

class Orphans {
  public:
    Orphans(Loop& loop, const os::Proc& proc) : loop_(loop), proc_(proc) {}

    void check_began(pid_t check) { checks_.insert(check); }
    // Kills what it has left, and reaps what has ended. `service` is an absolute path.
    void check_ended(pid_t check, const std::string& service);
    // Children of this process that carry the mark of the service, and those that carry none when no check
    // runs that they could have come from.
    [[nodiscard]] std::vector<os::ProcessId> left_by_check(const std::string& service) const;

    // Living children of `parent` that are not `ours`, and all that lives below them; with `unmarked`, only
    // those that carry no mark.
    [[nodiscard]] FoundPids fallen(pid_t parent, bool unmarked, const std::function<bool(pid_t)>& ours) const;
    // The services, by their absolute paths, whose marks its other children carry.
    [[nodiscard]] std::set<std::string> marks(pid_t parent, const std::function<bool(pid_t)>& ours) const;

  private:
    [[nodiscard]] std::vector<os::ProcessId> all_left() const;
    void clear(const std::string& service);
    void await(const os::ProcessId& left, const std::string& service);

    Loop& loop_;
    const os::Proc& proc_;
    std::set<pid_t> checks_;           // that run
    std::set<os::ProcessId> awaited_;  // what they have left and has not ended
};

}  // namespace supervisor
