#include "protocol/process_row.h"

#include <pwd.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "os/clock.h"
#include "os/process_state.h"
#include "protocol/bytes.h"

namespace protocol {

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

// As ps names it: 136 to 143 are the major numbers of pseudo-terminals, and the consoles' minor numbers go on
// with those of the serial lines (man 4 pts, man 4 ttyS).
std::string terminal_name(int device) {
    constexpr unsigned kFirstPseudo = 136, kLastPseudo = 143, kConsoles = 4, kFirstSerial = 64;
    if (device == 0) return "?";
    const unsigned major = gnu_dev_major(static_cast<dev_t>(device));
    const unsigned number = gnu_dev_minor(static_cast<dev_t>(device));
    if (major >= kFirstPseudo && major <= kLastPseudo)
        return "pts/" + std::to_string((major - kFirstPseudo) * 256 + number);
    if (major == kConsoles && number >= kFirstSerial) return "ttyS" + std::to_string(number - kFirstSerial);
    return "tty" + std::to_string(number);
}

std::string command_of(const os::Proc& proc, const os::ProcessStat& stat) {
    if (stat.state == 'Z') return "[" + stat.command + "] <defunct>";
    const auto arguments = proc.command_line(stat.pid);
    if (!arguments || arguments->empty()) return "[" + stat.command + "]";
    return base::join(*arguments, " ");
}

}  // namespace

base::Result<ProcessRow> row_of(const os::Proc& proc, pid_t pid) {
    const auto stat = proc.stat(pid);
    if (!stat) return base::passed_on(stat.error());
    const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const auto used = static_cast<std::int64_t>(stat->cpu_ticks / ticks);
    const auto started = proc.boot_time() + static_cast<std::int64_t>(stat->start_time / ticks);
    const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(os::wall_now()).count();
    const std::int64_t lived = std::max<std::int64_t>(1, now - started);
    return ProcessRow{.user = user_name(proc.user(pid).value_or(0)),
                      .pid = stat->pid,
                      .parent = stat->parent,
                      .group = stat->group,
                      .session = stat->session,
                      .cpu = static_cast<int>(std::min<std::int64_t>(99, 100 * used / lived)),
                      .started = started,
                      .terminal = terminal_name(stat->terminal),
                      .state = os::shown_state(pid),
                      .cpu_seconds = used,
                      .command = text_of_bytes(command_of(proc, *stat))};
}

}  // namespace protocol
