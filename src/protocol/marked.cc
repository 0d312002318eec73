#include "protocol/marked.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <thread>
#include <utility>

#include "os/file.h"
#include "os/shortage.h"
#include "protocol/titles.h"

namespace protocol {

namespace {

constexpr std::string_view kServiceVariable = "PGCTL_SERVICE=";
constexpr std::string_view kMark = "PGCTL_SERVICE_PROCESS=true";
// On a machine where processes end all the time, there is an end to it.
constexpr int kLooks = 10;
// At what executes meanwhile; that is done once in most lives.
constexpr int kReads = 4;
// What executes shows nothing for microseconds, or for as long as its file is read from a disk.
constexpr int kSearches = 20;
constexpr std::chrono::milliseconds kPause{1};

std::string service_in(const std::vector<std::string>& environment) {
    bool marked = false;
    std::string service;
    for (const std::string& variable : environment) {
        if (variable == kMark) marked = true;
        if (variable.starts_with(kServiceVariable)) service = variable.substr(kServiceVariable.size());
    }
    return marked ? service : std::string();
}

// Of a keeper's child that has not executed ./run yet.
std::string service_in_title(const std::vector<std::string>& arguments) {
    if (arguments.empty() || !arguments.front().starts_with(kKeeperTitle)) return {};
    return arguments.front().substr(kKeeperTitle.size());
}

Mark unreadable(const base::Error& error) {
    return {.unclear = os::is_shortage(error.number),
            .ended = error.number == ENOENT || error.number == ESRCH};
}

// An execution gives other addresses, and a keeper's child another name before that.
bool stood_still(const os::Proc& proc, const os::ProcessStat& before, const os::ProcessStat& after) {
    if ((before.bare || after.bare) && proc.tells_addresses()) return false;
    return before.command == after.command && before.environment_begin == after.environment_begin &&
           before.environment_end == after.environment_end;
}

class Search {
  public:
    Search(const os::Proc& proc, std::string_view playground) : proc_(proc), playground_(playground) {}

    Marked run() {
        for (int look = 0; look < kLooks && !found_.complete; ++look) {
            found_.complete = true;
            for (const pid_t pid : std::exchange(unclear_, {})) look_at(pid);
            // What has ended since it was listed may have left a child that was not there yet.
            for (const pid_t pid : proc_.all()) {
                if (seen_.insert(pid).second) look_at(pid);
            }
        }
        return std::move(found_);
    }

  private:
    void look_at(pid_t pid) {
        const Mark mark = mark_of(proc_, pid);
        if (mark.unclear) unclear_.push_back(pid);
        if (mark.unclear || mark.ended) found_.complete = false;
        if (mark.service.empty() || os::parent_of(mark.service) != playground_) return;
        const auto id = os::identify(proc_, pid);
        if (id) found_.processes[mark.service].push_back(*id);
        if (!id) found_.complete = false;
    }

    const os::Proc& proc_;
    std::string_view playground_;
    Marked found_{.complete = false};
    std::set<pid_t> seen_;
    std::vector<pid_t> unclear_;
};

}  // namespace

// While it is read, it may come from its keeper's arguments and environment to none, and from there to its
// own. So what has no mark is believed only where what was read before and after says that it stood still.
Mark mark_of(const os::Proc& proc, pid_t pid) {
    // First: root could read anybody's.
    const auto user = proc.user(pid);
    if (!user) return unreadable(user.error());
    if (*user != ::geteuid()) return {};
    for (int read = 0; read < kReads; ++read) {
        const auto before = proc.stat(pid);
        if (!before) return unreadable(before.error());
        const auto environment = proc.environment(pid);
        if (!environment) return unreadable(environment.error());
        if (std::string service = service_in(*environment); !service.empty()) return {.service = service};
        const bool is_about_to = before->command == kBeforeExecution;
        const auto arguments = is_about_to ? proc.command_line(pid) : std::vector<std::string>();
        if (!arguments) return unreadable(arguments.error());
        const auto after = proc.stat(pid);
        if (!after) return unreadable(after.error());
        if (after->ended) return {.ended = true};
        if (!stood_still(proc, *before, *after)) continue;
        if (!is_about_to) return {};
        if (std::string service = service_in_title(*arguments); !service.empty()) return {.service = service};
        if (!arguments->empty() && arguments->front() == kOurName) return {};  // a check
    }
    return {.unclear = true};
}

Marked marked_processes(const os::Proc& proc, std::string_view playground) {
    return Search(proc, playground).run();
}

Marked marked_processes_patiently(const os::Proc& proc, std::string_view playground) {
    Marked found = marked_processes(proc, playground);
    for (int search = 1; search < kSearches && !found.complete; ++search) {
        std::this_thread::sleep_for(kPause);
        found = marked_processes(proc, playground);
    }
    return found;
}

}  // namespace protocol
