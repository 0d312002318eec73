#include "protocol/marked.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <thread>
#include <utility>

#include "os/file.h"
#include "protocol/titles.h"

namespace protocol {

namespace {

constexpr std::string_view kServiceVariable = "PGCTL_SERVICE=";
constexpr std::string_view kMark = "PGCTL_SERVICE_PROCESS=true";
// Of processes that had a child and ended while they were looked for. On a machine where that happens all the
// time, there is an end to it.
constexpr int kLooks = 10;
// What executes shows nothing for microseconds, or for as long as its file is read from a disk.
constexpr int kExecutionLooks = 20;
constexpr std::chrono::milliseconds kExecutionPause{1};

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

bool is_gone(const base::Error& error) {
    return error.number == ENOENT || error.number == ESRCH;
}

class Search {
  public:
    Search(const os::Proc& proc, std::string_view playground) : proc_(proc), playground_(playground) {}

    Marked run() {
        for (int look = 0; look < kLooks && (look == 0 || some_ended_); ++look) look_at_new();
        for (int look = 0; look < kExecutionLooks && !executing_.empty(); ++look) {
            std::this_thread::sleep_for(kExecutionPause);
            for (const pid_t pid : std::exchange(executing_, {})) look_at(pid);
        }
        found_.complete = executing_.empty();
        return std::move(found_);
    }

  private:
    // What has ended since it was listed may have left a child that was not there yet.
    void look_at_new() {
        some_ended_ = false;
        for (const pid_t pid : proc_.all()) {
            if (seen_.insert(pid).second) look_at(pid);
        }
    }

    void look_at(pid_t pid) {
        const Mark mark = mark_of(proc_, pid);
        if (mark.executing) executing_.push_back(pid);
        if (mark.ended) some_ended_ = true;
        if (mark.service.empty() || os::parent_of(mark.service) != playground_) return;
        const auto id = os::identify(proc_, pid);
        if (!id) some_ended_ = true;
        if (id) found_.processes[mark.service].push_back(*id);
    }

    const os::Proc& proc_;
    std::string_view playground_;
    Marked found_;
    std::set<pid_t> seen_;
    std::vector<pid_t> executing_;
    bool some_ended_ = false;
};

}  // namespace

Mark mark_of(const os::Proc& proc, pid_t pid) {
    // First: root could read anybody's.
    const auto user = proc.user(pid);
    if (!user) return {.ended = is_gone(user.error())};
    if (*user != ::geteuid()) return {};
    const auto environment = proc.environment(pid);
    if (!environment) return {.ended = is_gone(environment.error())};
    if (std::string service = service_in(*environment); !service.empty()) return {.service = service};
    const auto stat = proc.stat(pid);
    if (!stat || stat->ended) return {.ended = true};
    const bool about_to_execute = stat->command == kBeforeExecution;
    if (stat->kernel_thread || (!environment->empty() && !about_to_execute)) return {};
    const auto arguments = proc.command_line(pid);
    if (!arguments) return {.ended = is_gone(arguments.error())};
    if (about_to_execute) return {.service = service_in_title(*arguments)};
    return {.executing = arguments->empty()};
}

Marked marked_processes(const os::Proc& proc, std::string_view playground) {
    return Search(proc, playground).run();
}

}  // namespace protocol
