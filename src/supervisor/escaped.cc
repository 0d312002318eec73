#include "supervisor/escaped.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "os/file.h"
#include "os/shortage.h"
#include "protocol/marked.h"

namespace supervisor {

Escaped::Found Escaped::of(const std::string& service, pid_t caller) {
    const std::string mark = directory_.debug_mark(service);
    const bool debugged = os::exists(mark);
    if (!found_.complete || debugged) found_ = protocol::marked_processes_patiently(proc_, playground_);
    const std::vector<os::ProcessId>& processes = found_.processes[playground_ + "/" + service];
    if (debugged && processes.empty()) ::unlink(mark.c_str());
    return {.processes = without_lineage(processes, caller), .debugged = debugged};
}

std::vector<os::ProcessId> Escaped::without_lineage(const std::vector<os::ProcessId>& processes,
                                                    pid_t caller) const {
    if (processes.empty()) return {};
    const std::vector<pid_t> spared = proc_.lineage(caller);
    std::vector<os::ProcessId> living = alive(processes);
    std::erase_if(living, [&](const os::ProcessId& process) {
        return std::ranges::find(spared, process.pid) != spared.end();
    });
    return living;
}

std::vector<os::ProcessId> Escaped::alive(const std::vector<os::ProcessId>& processes) const {
    std::vector<os::ProcessId> living;
    std::ranges::copy_if(processes, std::back_inserter(living), [this](const os::ProcessId& process) {
        const auto opened = os::Process::open(proc_, process);
        return opened || os::is_shortage(opened.error().number);
    });
    return living;
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
