#include "os/proc.h"

#include <unistd.h>

#include <charconv>
#include <optional>

#include "base/text.h"
#include "os/file.h"
#include "os/shortage.h"

namespace os {

namespace {

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::vector<std::string> nul_separated(std::string_view text) {
    if (text.ends_with('\0')) text.remove_suffix(1);
    if (text.empty()) return {};
    return base::split(text, '\0');
}

constexpr std::uint64_t kKernelThread = 0x200000;  // PF_KTHREAD of the kernel's linux/sched.h
constexpr size_t kEnvironmentEnd = 48;  // of the fields behind the command; its beginning is the one before
constexpr size_t kSmallFile = 1 << 20;
constexpr size_t kLargeFile = 64 << 20;  // an environment may be as large as the stack's limit allows

base::Result<std::string> read_proc_file(const std::string& path, size_t limit = kSmallFile) {
    return persistently([&] { return read_file(path, limit); });
}

base::Result<std::vector<std::string>> list_proc_directory(const std::string& path) {
    return persistently([&] { return list_directory(path); });
}

}  // namespace

base::Result<ProcessStat> parse_process_stat(std::string_view line) {
    // The command stands in parentheses and may contain any of them: only the last one ends it.
    const size_t open = line.find('('), close = line.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return base::failure("not a line of /proc/<pid>/stat");
    }
    const auto pid = number<pid_t>(base::trim(line.substr(0, open)));
    const std::vector<std::string> fields = base::words(line.substr(close + 1));
    if (!pid || fields.size() < 20) return base::failure("not a line of /proc/<pid>/stat");
    ProcessStat stat{.pid = *pid, .command = std::string(line.substr(open + 1, close - open - 1))};
    const auto flags = number<std::uint64_t>(fields[6]).value_or(0);
    stat.state = fields[0][0];
    stat.ended = stat.state == 'Z' || stat.state == 'X';
    if (fields.size() > kEnvironmentEnd) {
        stat.environment_begin = number<std::uint64_t>(fields[kEnvironmentEnd - 1]).value_or(0);
        stat.environment_end = number<std::uint64_t>(fields[kEnvironmentEnd]).value_or(0);
        stat.bare = stat.environment_end == 0 && !stat.ended && (flags & kKernelThread) == 0;
    }
    stat.parent = number<pid_t>(fields[1]).value_or(0);
    stat.group = number<pid_t>(fields[2]).value_or(0);
    stat.session = number<pid_t>(fields[3]).value_or(0);
    stat.terminal = number<int>(fields[4]).value_or(0);
    stat.cpu_ticks =
        number<std::uint64_t>(fields[11]).value_or(0) + number<std::uint64_t>(fields[12]).value_or(0);
    stat.start_time = number<std::uint64_t>(fields[19]).value_or(0);
    return stat;
}

std::string Proc::path(pid_t pid, std::string_view name) const {
    return root_ + "/" + std::to_string(pid) + "/" + std::string(name);
}

base::Result<ProcessStat> Proc::stat(pid_t pid) const {
    const auto line = read_proc_file(path(pid, "stat"));
    if (!line) return base::passed_on(line.error());
    return parse_process_stat(*line);
}

base::CpuUse Proc::cpu_use(pid_t pid) const {
    const auto counted = read_file(path(pid, "schedstat"));
    const auto fields = counted ? base::words(*counted) : std::vector<std::string>();
    if (fields.size() < 2) return {};
    return {.ran = std::chrono::nanoseconds(number<std::int64_t>(fields[0]).value_or(0)),
            .waited = std::chrono::nanoseconds(number<std::int64_t>(fields[1]).value_or(0))};
}

base::Result<std::vector<std::string>> Proc::status(pid_t pid, std::string_view name) const {
    const auto status = read_proc_file(path(pid, "status"));
    if (!status) return base::passed_on(status.error());
    const std::string begin = "\n" + std::string(name) + ":";
    const size_t at = status->find(begin);
    if (at == std::string::npos) return base::failure("no " + std::string(name) + " in /proc/<pid>/status");
    const size_t words = at + begin.size();
    return base::words(std::string_view(*status).substr(words, status->find('\n', words) - words));
}

base::Result<uid_t> Proc::user(pid_t pid) const {
    const auto ids = status(pid, "Uid");
    if (!ids) return base::passed_on(ids.error());
    const auto effective = ids->size() > 1 ? number<uid_t>((*ids)[1]) : std::nullopt;
    if (!effective) return base::failure("no Uid in /proc/<pid>/status");
    return *effective;
}

base::Result<mode_t> Proc::umask(pid_t pid) const {
    const auto octal = status(pid, "Umask");
    if (!octal) return base::passed_on(octal.error());
    const auto mask = octal->empty() ? std::nullopt : number<mode_t>(octal->front(), 8);
    if (!mask) return base::failure("no Umask in /proc/<pid>/status");
    return *mask;
}

base::Result<std::vector<std::string>> Proc::environment(pid_t pid) const {
    const auto content = read_proc_file(path(pid, "environ"), kLargeFile);
    if (!content) return base::passed_on(content.error());
    return nul_separated(*content);
}

base::Result<std::vector<std::string>> Proc::command_line(pid_t pid) const {
    const auto content = read_proc_file(path(pid, "cmdline"), kLargeFile);
    if (!content) return base::passed_on(content.error());
    return nul_separated(*content);
}

std::vector<pid_t> Proc::all() const {
    std::vector<pid_t> pids;
    const auto names = list_proc_directory(root_);
    if (!names) return pids;
    for (const std::string& name : *names) {
        if (const auto pid = number<pid_t>(name)) pids.push_back(*pid);
    }
    return pids;
}

std::vector<pid_t> Proc::children(pid_t pid) const {
    std::vector<pid_t> found;
    const auto threads = list_proc_directory(path(pid, "task"));
    if (!threads) return found;
    for (const std::string& thread : *threads) {
        const auto list = read_proc_file(path(pid, "task/" + thread + "/children"));
        if (!list) continue;
        for (const std::string& word : base::words(*list)) {
            if (const auto child = number<pid_t>(word)) found.push_back(*child);
        }
    }
    return found;
}

std::vector<pid_t> Proc::descendants(pid_t pid) const {
    std::vector<pid_t> found = children(pid);
    for (size_t i = 0; i < found.size(); ++i) {
        const std::vector<pid_t> next = children(found[i]);
        found.insert(found.end(), next.begin(), next.end());
    }
    return found;
}

std::vector<pid_t> Proc::lineage(pid_t pid) const {
    std::vector<pid_t> line;
    while (pid > 0) {
        line.push_back(pid);
        const auto found = stat(pid);
        pid = found ? found->parent : 0;
    }
    return line;
}

bool Proc::tells() const {
    return list_proc_directory(root_) && read_proc_file(root_ + "/self/stat");
}

bool Proc::tells_addresses() const {
    const auto line = read_proc_file(root_ + "/self/stat");
    const auto self = line ? parse_process_stat(*line) : base::failure("");
    return !self || self->environment_end != 0;
}

std::int64_t Proc::boot_time() const {
    const auto content = read_proc_file(root_ + "/stat");
    if (!content) return 0;
    const size_t at = content->find("\nbtime ");
    if (at == std::string::npos) return 0;
    const auto line = std::string_view(*content).substr(at + 7, content->find('\n', at + 1) - at - 7);
    return number<std::int64_t>(line).value_or(0);
}

std::string Proc::boot_id() const {
    const auto content = read_proc_file(root_ + "/sys/kernel/random/boot_id");
    return content ? std::string(base::trim(*content)) : std::string();
}

}  // namespace os
