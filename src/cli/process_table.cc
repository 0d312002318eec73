#include "cli/process_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"
#include "protocol/bytes.h"

namespace cli {

namespace {

constexpr size_t kUserWidth = 8;
// A width that is not written follows its value: those of the pids.
constexpr std::string_view kFormat = "{:<8} {:>{}} {:>{}} {:>{}} {:>{}} {:>2} {:>5} {:<8} {:<4} {:>6} {}\n";

std::string user(const std::string& name) {
    return name.size() > kUserWidth ? name.substr(0, kUserWidth - 1) + "+" : name;
}

tm local_time(std::int64_t moment) {
    const time_t seconds = moment;
    tm local{};
    ::localtime_r(&seconds, &local);
    return local;
}

std::string start_time(std::int64_t started, std::int64_t now) {
    const tm start = local_time(started), today = local_time(now);
    const char* format = "%H:%M";
    if (start.tm_yday != today.tm_yday) format = "%b%d";
    if (start.tm_year != today.tm_year) format = "%Y";
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &start)};
}

std::string cpu_time(std::int64_t seconds) {
    return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string command(const std::string& text) {
    return base::printable(protocol::bytes_of_text(text).value_or(text));
}

// Whether a later row hangs on the same branch as the row at `place`, so that a line has to lead to it.
bool branch_goes_on(const std::vector<protocol::ProcessRow>& rows, size_t place, int depth) {
    for (size_t later = place + 1; later < rows.size() && rows[later].depth >= depth; ++later) {
        if (rows[later].depth == depth) return true;
    }
    return false;
}

std::string branches(const std::vector<protocol::ProcessRow>& rows, size_t place) {
    const int depth = rows[place].depth;
    std::string text;
    for (int outer = 1; outer < depth; ++outer) text += branch_goes_on(rows, place, outer) ? " |  " : "    ";
    return depth > 0 ? text + " \\_ " : text;
}

// As wide as the longest number needs; ps goes by the largest possible pid, which is the same for all that is
// shown.
int width_of_pids(const std::vector<protocol::ProcessRow>& rows) {
    int largest = 0;
    for (const auto& row : rows) largest = std::max({largest, row.pid, row.parent, row.group, row.session});
    return std::max(5, static_cast<int>(std::to_string(largest).size()));
}

}  // namespace

std::string process_table(const std::vector<protocol::ProcessRow>& rows, std::int64_t now) {
    if (rows.empty()) return {};
    const int w = width_of_pids(rows);
    std::string table = fmt::format(kFormat, "UID", "PID", w, "PPID", w, "PGID", w, "SID", w, "C", "STIME",
                                    "TTY", "STAT", "TIME", "CMD");
    for (size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        table += fmt::format(kFormat, user(row.user), row.pid, w, row.parent, w, row.group, w, row.session, w,
                             row.cpu, start_time(row.started, now), row.terminal, row.state,
                             cpu_time(row.cpu_seconds), branches(rows, i) + command(row.command));
    }
    return table;
}

}  // namespace cli
