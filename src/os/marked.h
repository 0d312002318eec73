// Finds processes by what their environment holds (man 5 proc, /proc/<pid>/environ): the mark that every
// process of a service has unless it cleared its environment. Used where a process may have escaped every
// keeper.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "os/proc.h"
#include "os/process.h"

namespace os {

// Every process of this user whose environment has PGCTL_SERVICE_PROCESS=true and a PGCTL_SERVICE that lies
// in `playground` (an absolute path), by the path of the service. Reads the environment of every process
// of his.
[[nodiscard]] std::map<std::string, std::vector<ProcessId>> marked_processes(const Proc& proc,
                                                                             std::string_view playground);

// The path of the service that one process of this user has the mark of, empty where it has none.
[[nodiscard]] std::string service_mark(const Proc& proc, pid_t pid);

// Those of `pid` and its ancestors.
[[nodiscard]] std::vector<pid_t> lineage(const Proc& proc, pid_t pid);

}  // namespace os
