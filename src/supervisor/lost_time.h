// How long those of ours that a time-out depends on were kept from running, as /proc tells it. Used by
// whoever is about to believe a time-out. It decides nothing (model/lost_time.h).
#pragma once

#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "base/cpu_use.h"
#include "model/service.h"
#include "os/proc.h"

namespace supervisor {

class LostTime {
  public:
    // Counts from now on, for these; 0 is nobody.
    void begin(const os::Proc& proc, std::initializer_list<pid_t> ours);
    // That which passed from the beginning of the time-out until they were counted is all lost: it may have
    // been long.
    void add(model::Duration uncounted) { uncounted_ += uncounted; }
    // Counts no longer.
    void end();
    // Of all these together since begin() or the last take(), with what was added; who is new counts from
    // now on.
    [[nodiscard]] model::Duration take(const os::Proc& proc, std::initializer_list<pid_t> ours);

  private:
    std::vector<std::pair<pid_t, base::CpuUse>> before_;
    model::Duration uncounted_{};
};

// The same of a service's checks, which get as little of the CPU as the supervisor that runs them: of one,
// or, where it waits for a child as a shell does, of that. Whichever lost more counts, not both: so a check
// that keeps several processes busy comes to its end all the same.
class LostCheckTime {
  public:
    // Since `check` began, or was looked at last; 0 is none.
    [[nodiscard]] model::Duration take(const os::Proc& proc, pid_t check);

  private:
    pid_t check_ = 0;
    std::map<pid_t, base::CpuUse> before_;
};

}  // namespace supervisor
