#include "supervisor/orphans.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/marked.h"
#include "supervisor/await_end.h"

namespace supervisor {

namespace {

constexpr std::chrono::hours kForever{24 * 365};

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
    for (const os::ProcessId& id : all_left()) {
        if (::waitpid(id.pid, nullptr, WNOHANG) > 0 || awaited_.contains(id)) continue;
        // Without a descriptor for it, it would be looked at in vain, again and again: the next check's turn.
        if (!os::Process::open(proc_, id)) continue;
        awaited_.insert(id);
        await_end(loop_, proc_, {id}, os::monotonic_now() + kForever, [this, service, id] {
            awaited_.erase(id);
            clear(service);
        });
    }
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
        const std::string mark = os::service_mark(proc_, id.pid);
        return mark != service && (!mark.empty() || !checks_.empty());
    });
    return left;
}

std::vector<pid_t> Orphans::unmarked(pid_t parent, const std::function<bool(pid_t)>& ours) const {
    std::vector<pid_t> found;
    for (const pid_t child : proc_.children(parent)) {
        if (ours(child) || !os::service_mark(proc_, child).empty()) continue;
        found.push_back(child);
        const auto below = proc_.descendants(child);
        found.insert(found.end(), below.begin(), below.end());
    }
    return found;
}

std::set<std::string> Orphans::marks(pid_t parent, const std::function<bool(pid_t)>& ours) const {
    std::set<std::string> found;
    for (const pid_t child : proc_.children(parent)) {
        if (!ours(child)) found.insert(os::service_mark(proc_, child));
    }
    found.erase("");
    return found;
}

}  // namespace supervisor
