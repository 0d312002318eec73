// What a process shows of the service that it belongs to: the variables that every process of a service has
// in its environment unless it cleared that, and, until it executes ./run, the name of the keeper that has
// forked it. Used where a process may have escaped every keeper. It signals nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "os/proc.h"
#include "os/process.h"

namespace protocol {

struct Mark {
    std::string service;   // its path; empty: none is shown
    bool unclear = false;  // it may have any: it executes just now and shows nothing, or we are short
    bool ended = false;    // it shows nothing any more

    bool operator==(const Mark&) const = default;
};

// What one process shows: nothing where it is another user's.
[[nodiscard]] Mark mark_of(const os::Proc& proc, pid_t pid);

struct Marked {
    std::map<std::string, std::vector<os::ProcessId>> processes;  // by the path of their service
    bool complete = true;  // false: others may be among them, and the next search tells
};

// Every process of this user that has the mark of a service which lies in `playground` (an absolute path).
// Reads the environment of every process of his.
[[nodiscard]] Marked marked_processes(const os::Proc& proc, std::string_view playground);
// The same, for whoever asks once: searches until it is complete, for 20 ms at most.
[[nodiscard]] Marked marked_processes_patiently(const os::Proc& proc, std::string_view playground);

}  // namespace protocol
