#include "os/marked.h"

#include <unistd.h>

#include "os/file.h"

namespace os {

namespace {

constexpr std::string_view kServiceVariable = "PGCTL_SERVICE=";
constexpr std::string_view kMark = "PGCTL_SERVICE_PROCESS=true";

// The service a process belongs to by its environment, empty where it has no mark.
std::string marked_service(const std::vector<std::string>& environment) {
    bool marked = false;
    std::string service;
    for (const std::string& variable : environment) {
        if (variable == kMark) marked = true;
        if (variable.starts_with(kServiceVariable)) service = variable.substr(kServiceVariable.size());
    }
    return marked ? service : std::string();
}

}  // namespace

std::string service_mark(const Proc& proc, pid_t pid) {
    // First: root could read anybody's.
    const auto user = proc.user(pid);
    if (!user || *user != ::geteuid()) return {};
    const auto environment = proc.environment(pid);
    return environment ? marked_service(*environment) : std::string();
}

std::map<std::string, std::vector<ProcessId>> marked_processes(const Proc& proc,
                                                               std::string_view playground) {
    std::map<std::string, std::vector<ProcessId>> found;
    for (const pid_t pid : proc.all()) {
        const std::string service = service_mark(proc, pid);
        if (service.empty() || parent_of(service) != playground) continue;
        if (const auto id = identify(proc, pid)) found[service].push_back(*id);
    }
    return found;
}

std::vector<pid_t> lineage(const Proc& proc, pid_t pid) {
    std::vector<pid_t> line;
    while (pid > 0) {
        line.push_back(pid);
        const auto stat = proc.stat(pid);
        pid = stat ? stat->parent : 0;
    }
    return line;
}

}  // namespace os
