#include "supervisor/lost_time.h"

#include <unistd.h>

#include <algorithm>

#include "model/lost_time.h"

namespace supervisor {

namespace {

// It is we who look: of ourselves it says nothing that we could run.
bool waits(const os::Proc& proc, pid_t pid) {
    if (pid == ::getpid()) return false;
    const auto stat = proc.stat(pid);
    return stat && stat->state == 'R';
}

}  // namespace

void LostTime::begin(const os::Proc& proc, std::initializer_list<pid_t> ours) {
    before_.clear();
    for (const pid_t pid : ours) {
        if (pid != 0) before_.emplace_back(pid, proc.cpu_use(pid));
    }
}

model::Duration LostTime::take(const os::Proc& proc, std::initializer_list<pid_t> ours) {
    const auto earlier = std::exchange(before_, {});
    model::Duration lost{};
    for (const pid_t pid : ours) {
        if (pid == 0) continue;
        base::CpuUse use = proc.cpu_use(pid);
        use.waits = waits(proc, pid);
        const auto known = std::ranges::find(earlier, pid, &std::pair<pid_t, base::CpuUse>::first);
        // How long one has waited in all its life says nothing of this time-out.
        lost += model::lost_time(known == earlier.end() ? use : known->second, use);
        before_.emplace_back(pid, use);
    }
    return lost;
}

}  // namespace supervisor
