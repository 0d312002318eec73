#include "os/process_state.h"

#include <cstdlib>

#include "base/text.h"
#include "os/file.h"

namespace os {

namespace {

// Of the fields after the command (man 5 proc), counted from the state.
constexpr size_t kState = 0, kGroup = 2, kSession = 3, kForegroundGroup = 5, kNiceness = 16, kThreads = 17;

bool locks_memory(std::string_view status) {
    const size_t at = status.find("\nVmLck:");
    if (at == std::string_view::npos) return false;
    const auto words = base::words(status.substr(at + 7, status.find('\n', at + 1) - at - 7));
    return !words.empty() && words.front() != "0";
}

}  // namespace

std::string shown_state_of(std::string_view stat_line, bool locked_memory) {
    const size_t open = stat_line.find('('), close = stat_line.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos) return "-";
    const auto fields = base::words(stat_line.substr(close + 1));
    if (fields.size() <= kThreads) return "-";
    const auto number = [&](size_t field) { return std::strtol(fields[field].c_str(), nullptr, 10); };
    std::string shown = fields[kState];
    if (number(kNiceness) < 0) shown += '<';
    if (number(kNiceness) > 0) shown += 'N';
    if (locked_memory) shown += 'L';
    if (std::strtol(std::string(stat_line.substr(0, open)).c_str(), nullptr, 10) == number(kSession))
        shown += 's';
    if (number(kThreads) > 1) shown += 'l';
    if (number(kForegroundGroup) == number(kGroup)) shown += '+';
    return shown;
}

std::string shown_state(pid_t pid, const std::string& proc_root) {
    const std::string directory = proc_root + "/" + std::to_string(pid);
    const auto stat = read_file(directory + "/stat");
    const auto status = read_file(directory + "/status");
    return stat ? shown_state_of(*stat, status && locks_memory(*status)) : "-";
}

}  // namespace os
