#include "supervisor/process_set.h"

#include <pwd.h>
#include <signal.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include "base/text.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/marked.h"
#include "protocol/bytes.h"

namespace supervisor {

namespace {

// Reads /etc/passwd itself: a static program has no name service.
std::string user_name(uid_t user) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/etc/passwd", "re"), std::fclose);
    if (!file) return std::to_string(user);
    while (const passwd* entry = ::fgetpwent(file.get())) {
        if (entry->pw_uid == user) return entry->pw_name;
    }
    return std::to_string(user);
}

std::string terminal_name(int device) {
    if (device == 0) return "?";
    const unsigned number = gnu_dev_minor(static_cast<dev_t>(device));
    if (gnu_dev_major(static_cast<dev_t>(device)) == 136) return "pts/" + std::to_string(number);
    return "tty" + std::to_string(number);
}

std::string shown_command(const os::Proc& proc, const os::ProcessStat& stat) {
    const auto arguments = proc.command_line(stat.pid);
    if (stat.state == 'Z') return "[" + stat.command + "] <defunct>";
    if (!arguments || arguments->empty()) return "[" + stat.command + "]";
    return base::join(*arguments, " ");
}

protocol::ProcessRow row_of(const os::Proc& proc, const os::ProcessStat& stat, std::int64_t boot_time) {
    const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const auto seconds = [&](std::uint64_t count) { return static_cast<std::int64_t>(count / ticks); };
    const std::int64_t started = boot_time + seconds(stat.start_time);
    const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(os::wall_now()).count();
    const std::int64_t lived = std::max<std::int64_t>(1, now - started);
    return {.user = user_name(proc.user(stat.pid).value_or(0)),
            .pid = stat.pid,
            .parent = stat.parent,
            .group = stat.group,
            .session = stat.session,
            .cpu = static_cast<int>(std::min<std::int64_t>(99, 100 * seconds(stat.cpu_ticks) / lived)),
            .started = started,
            .terminal = terminal_name(stat.terminal),
            .cpu_seconds = seconds(stat.cpu_ticks),
            .command = protocol::text_of_bytes(shown_command(proc, stat))};
}

}  // namespace

std::vector<pid_t> ProcessSet::pids() const {
    if (keeper_ != 0) return proc_.descendants(keeper_);
    std::vector<pid_t> found;
    auto marked = os::marked_processes(proc_, os::parent_of(service_path_));
    for (const os::ProcessId& process : marked[service_path_]) found.push_back(process.pid);
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
    const std::int64_t boot_time = proc.boot_time();
    std::map<pid_t, std::vector<protocol::ProcessRow>> by_parent;
    std::set<pid_t> shown(pids.begin(), pids.end());
    std::vector<protocol::ProcessRow> pending, rows;
    for (const pid_t pid : pids) {
        const auto stat = proc.stat(pid);
        if (!stat) continue;
        auto row = row_of(proc, *stat, boot_time);
        shown.contains(row.parent) ? by_parent[row.parent].push_back(row) : pending.push_back(row);
    }
    std::ranges::reverse(pending);
    while (!pending.empty()) {
        rows.push_back(pending.back());
        pending.pop_back();
        auto& children = by_parent[rows.back().pid];
        for (auto child = children.rbegin(); child != children.rend(); ++child) {
            child->depth = rows.back().depth + 1;
            pending.push_back(*child);
        }
    }
    return rows;
}

}  // namespace supervisor
