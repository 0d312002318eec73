#include "supervisor/escaped.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "os/file.h"
#include "os/marked.h"

namespace supervisor {

std::vector<os::ProcessId> Escaped::of(const std::string& service, pid_t caller) {
    const std::string mark = directory_.debug_mark(service);
    const bool debugged = os::exists(mark);
    if (!found_ || debugged) found_ = os::marked_processes(proc_, playground_);
    std::vector<os::ProcessId> processes = std::exchange((*found_)[playground_ + "/" + service], {});
    if (debugged && processes.empty()) ::unlink(mark.c_str());
    if (processes.empty()) return processes;
    const std::vector<pid_t> spared = os::lineage(proc_, caller);
    std::erase_if(processes, [&](const os::ProcessId& process) {
        return std::ranges::find(spared, process.pid) != spared.end() || !os::Process::open(proc_, process);
    });
    return processes;
}

void Escaped::terminate(const std::vector<os::ProcessId>& processes) const {
    for (const os::ProcessId& id : processes) {
        const auto process = os::Process::open(proc_, id);
        if (!process) continue;
        static_cast<void>(process->signal(SIGTERM));
        static_cast<void>(process->signal(SIGCONT));
    }
}

void Escaped::kill(const std::vector<os::ProcessId>& processes) const {
    for (const os::ProcessId& id : processes) {
        if (const auto process = os::Process::open(proc_, id)) static_cast<void>(process->signal(SIGKILL));
    }
}

}  // namespace supervisor
