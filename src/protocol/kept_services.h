// The services whose keepers are among some processes, as /proc shows them. A service's keeper holds the
// service's output FIFO open, and so tells its name, also where the runtime directory was deleted under it.
// Used by a supervisor whose state file was lost, and by the logger. It signals nothing.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "os/open_files.h"
#include "os/proc.h"

namespace protocol {

// Also where nobody has told of it yet.
[[nodiscard]] bool is_service_keeper(const os::Proc& proc, pid_t pid);

struct KeptService {
    std::string name;
    pid_t keeper = 0;
    // Output FIFOs that the keeper holds and that no path leads to any more.
    std::vector<os::OpenFile> deleted_outputs;
};

// `proc_root` is where descriptors are listed.
[[nodiscard]] std::vector<KeptService> kept_services(const os::Proc& proc, const std::vector<pid_t>& pids,
                                                     const std::string& proc_root = "/proc");

}  // namespace protocol
