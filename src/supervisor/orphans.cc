#include "supervisor/orphans.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "protocol/marked.h"
#include "supervisor/await_end.h"

namespace supervisor {

namespace {

constexpr std::chrono::hours kForever{24 * 365};
constexpr int kLooks = 10;  // at what changes all the time

}  // namespace

void Orphans::check_ended(pid_t check, const std::string& service) {
    checks_.erase(check);
    clear(service);
}

// Each that ends may leave others in turn, which fall to us only then and may not have ended yet. However
// long one takes: nobody else would reap it.
void Orphans::clear(const std::string& service) {
    for (const os::ProcessId& id : left_by_check(service)) {
        if (const auto process = os::Process::open(proc_, id)) static_cast<void>(process->signal(SIGKILL));
    }
    bool reaped = false;
    for (const os::ProcessId& id : all_left()) {
        if (awaited_.contains(id)) continue;
        // In this order: who has ended can't be awaited, and is reaped. For whom there is no descriptor, the
        // next check looks again.
        const bool can_be_awaited = os::Process::open(proc_, id).has_value();
        if (::waitpid(id.pid, nullptr, WNOHANG) > 0) {
            reaped = true;
        } else if (can_be_awaited) {
            await(id, service);
        }
    }
    if (reaped) clear(service);
}

void Orphans::await(const os::ProcessId& left, const std::string& service) {
    awaited_.insert(left);
    await_end(loop_, proc_, {left}, os::monotonic_now() + kForever, [this, left, service] {
        awaited_.erase(left);
        clear(service);
    });
}

std::vector<os::ProcessId> Orphans::all_left() const {
    std::vector<os::ProcessId> left;
    for (const pid_t child : proc_.children(::getpid())) {
        if (checks_.contains(child)) continue;
        if (const auto id = os::identify(proc_, child)) left.push_back(*id);
    }
    return left;
}

std::vector<os::ProcessId> Orphans::left_by_check(const std::string& service) const {
    std::vector<os::ProcessId> left = all_left();
    std::erase_if(left, [&](const os::ProcessId& id) {
        const std::string mark = protocol::mark_of(proc_, id.pid).service;
        return mark != service && (!mark.empty() || !checks_.empty());
    });
    return left;
}

FoundPids Orphans::fallen(pid_t parent, bool unmarked, const std::function<bool(pid_t)>& ours) const {
    FoundPids found{.complete = false};
    std::set<pid_t> seen;
    for (int look = 0; look < kLooks && !found.complete; ++look) {
        found.complete = true;
        for (const pid_t child : proc_.children(parent)) {
            if (seen.contains(child) || ours(child)) continue;
            const protocol::Mark mark = protocol::mark_of(proc_, child);
            // What an ended one has left may have come after it was listed; an unclear one may be ours.
            if (mark.ended || mark.unclear) found.complete = false;
            if (mark.unclear) continue;
            seen.insert(child);
            if (mark.ended || (unmarked && !mark.service.empty()) || ours(child)) continue;
            found.pids.push_back(child);
            const auto below = proc_.descendants(child);
            found.pids.insert(found.pids.end(), below.begin(), below.end());
        }
    }
    return found;
}

std::set<std::string> Orphans::marks(pid_t parent, const std::function<bool(pid_t)>& ours) const {
    std::set<std::string> found;
    for (const pid_t child : proc_.children(parent)) {
        if (!ours(child)) found.insert(protocol::mark_of(proc_, child).service);
    }
    found.erase("");
    return found;
}

}  // namespace supervisor
