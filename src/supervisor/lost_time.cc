#include "supervisor/lost_time.h"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "model/lost_time.h"
#include "os/clock.h"

namespace supervisor {

namespace {

// It is we who look: of ourselves it says nothing that we could run.
bool waits(const os::Proc& proc, pid_t pid) {
    if (pid == ::getpid()) return false;
    const auto stat = proc.stat(pid);
    return stat && stat->state == 'R';
}

base::CpuUse counted(const os::Proc& proc, pid_t pid) {
    const auto at = os::monotonic_now();
    base::CpuUse use = proc.cpu_use(pid);
    use.at = at;
    return use;
}

base::CpuUse use_of(const os::Proc& proc, pid_t pid) {
    base::CpuUse use = counted(proc, pid);
    use.waits = waits(proc, pid);
    return use;
}

// The last of those that have one child each. One that has several works on, or has lost its way.
pid_t worker_of(const os::Proc& proc, pid_t pid) {
    for (auto children = proc.children(pid); children.size() == 1; children = proc.children(pid))
        pid = children.front();
    return pid;
}

}  // namespace

void LostTime::begin(const os::Proc& proc, std::initializer_list<pid_t> ours) {
    end();
    for (const pid_t pid : ours) {
        if (pid != 0) before_.emplace_back(pid, counted(proc, pid));
    }
}

void LostTime::end() {
    before_.clear();
    uncounted_ = {};
}

model::Duration LostTime::take(const os::Proc& proc, std::initializer_list<pid_t> ours) {
    const auto earlier = std::exchange(before_, {});
    model::Duration lost = std::exchange(uncounted_, {});
    for (const pid_t pid : ours) {
        if (pid == 0) continue;
        const base::CpuUse use = use_of(proc, pid);
        const auto known = std::ranges::find(earlier, pid, &std::pair<pid_t, base::CpuUse>::first);
        // How long one has waited in all its life says nothing of this time-out.
        lost += model::lost_time(known == earlier.end() ? use : known->second, use);
        before_.emplace_back(pid, use);
    }
    return lost;
}

model::Duration LostCheckTime::take(const os::Proc& proc, pid_t check) {
    if (std::exchange(check_, check) != check) before_.clear();
    model::Duration lost{};
    if (check == 0) return lost;
    for (const pid_t pid : std::set{check, worker_of(proc, check)}) {
        const base::CpuUse use = use_of(proc, pid);
        // None of them is older than the check: all that one has waited counts.
        const auto known = before_.try_emplace(pid, base::CpuUse{.at = use.at}).first;
        lost = std::max(lost, model::lost_time(std::exchange(known->second, use), use));
    }
    return lost;
}

}  // namespace supervisor
