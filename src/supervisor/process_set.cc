#include "supervisor/process_set.h"

#include <signal.h>

#include <algorithm>
#include <map>
#include <set>

#include "os/file.h"
#include "os/obstacle.h"
#include "protocol/marked.h"
#include "protocol/process_row.h"

namespace supervisor {

bool ProcessSet::empty(const std::vector<pid_t>& spared) const {
    const FoundPids found = find();
    const auto counts = [&](pid_t pid) { return std::ranges::find(spared, pid) == spared.end(); };
    return std::ranges::none_of(found.pids, counts) && found.complete && proc_.tells();
}

FoundPids ProcessSet::find() const {
    std::vector<pid_t> found;
    if (keeper_ != 0) found = proc_.descendants(keeper_);
    if (keeper_ != 0 && !beside_.strays) return {.pids = found};
    std::set<pid_t> known(found.begin(), found.end());
    const auto add = [&](pid_t pid) {
        if (known.insert(pid).second) found.push_back(pid);
    };
    std::ranges::for_each(with_main(), add);
    const auto marked = beside_.tracing ? this->marked() : FoundPids();
    const auto fallen = beside_.fallen ? beside_.fallen() : FoundPids();
    std::ranges::for_each(marked.pids, add);
    std::ranges::for_each(fallen.pids, add);
    return {.pids = found, .complete = marked.complete && fallen.complete};
}

// It was told of when it was started, whatever it shows now.
std::vector<pid_t> ProcessSet::with_main() const {
    const os::ProcessId& main = beside_.main;
    if (main.pid == 0) return {};
    const auto stat = proc_.stat(main.pid);
    // A zombie has ended; where all of ours were killed, it may be long before somebody reaps it.
    if (!stat || stat->start_time != main.start_time || stat->state == 'Z' || stat->state == 'X') return {};
    std::vector<pid_t> found = proc_.descendants(main.pid);
    found.insert(found.begin(), main.pid);
    return found;
}

FoundPids ProcessSet::marked() const {
    auto marked = protocol::marked_processes(proc_, os::parent_of(service_path_));
    FoundPids found{.complete = marked.complete};
    for (const os::ProcessId& process : marked.processes[service_path_]) found.pids.push_back(process.pid);
    return found;
}

std::vector<protocol::ProcessRow> ProcessSet::rows() const {
    return rows_of(proc_, pids());
}

void ProcessSet::signal(const std::vector<pid_t>& pids, std::initializer_list<int> signals) const {
    for (const pid_t pid : pids) {
        // Found in the set a moment ago: only its end can have intervened, and then the start time differs.
        const auto id = os::identify(proc_, pid);
        if (!id) continue;
        const auto process = os::Process::open(proc_, *id);
        if (!process) continue;
        for (const int number : signals) static_cast<void>(process->signal(number));
    }
}

void ProcessSet::terminate() const {
    signal(pids(), {SIGTERM, SIGCONT});
}

void ProcessSet::freeze() const {
    std::set<pid_t> seen;
    while (true) {
        std::vector<pid_t> fresh;
        for (const pid_t pid : pids()) {
            if (seen.insert(pid).second) fresh.push_back(pid);
        }
        if (fresh.empty()) return;
        signal(fresh, {SIGSTOP});
    }
}

void ProcessSet::kill() const {
    signal(pids(), {SIGKILL});
}

void terminate(const os::Proc& proc, const os::ProcessId& id) {
    const auto process = os::Process::open(proc, id);
    if (!process) return;
    static_cast<void>(process->signal(SIGTERM));
    static_cast<void>(process->signal(SIGCONT));
}

std::vector<protocol::ProcessRow> rows_of(const os::Proc& proc, const std::vector<pid_t>& pids) {
    std::vector<protocol::ProcessRow> read;
    std::set<pid_t> shown;
    for (const pid_t pid : pids) {
        auto row = protocol::row_of(proc, pid);
        if (row && shown.insert(pid).second) read.push_back(std::move(*row));
    }
    std::map<pid_t, std::vector<protocol::ProcessRow>> by_parent;
    std::vector<protocol::ProcessRow> pending, rows;
    for (protocol::ProcessRow& row : read) {
        auto& place = shown.contains(row.parent) ? by_parent[row.parent] : pending;
        place.push_back(std::move(row));
    }
    std::ranges::reverse(pending);
    while (!pending.empty()) {
        rows.push_back(std::move(pending.back()));
        pending.pop_back();
        auto& children = by_parent[rows.back().pid];
        for (auto child = children.rbegin(); child != children.rend(); ++child) {
            child->depth = rows.back().depth + 1;
            pending.push_back(std::move(*child));
        }
    }
    return rows;
}

std::vector<protocol::ProcessRow> rows_with_obstacles(const os::Proc& proc, const std::vector<pid_t>& pids) {
    auto rows = rows_of(proc, pids);
    for (protocol::ProcessRow& row : rows) row.obstacle = os::obstacle_of(row.pid);
    return rows;
}

}  // namespace supervisor
