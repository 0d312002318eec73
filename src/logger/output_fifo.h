// The FIFO that a service's processes write to, opened for reading, and where its log goes.
// Used by the loop and by recovery. It never waits for a writer.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "os/fd.h"
#include "os/file_identity.h"

namespace logger {

struct OutputFifo {
    os::Fd fd;
    os::FileIdentity identity;
    bool enlarged = false;  // or that was tried in vain
};

// Errors: ENOENT; EINVAL where it is no FIFO; EMFILE already while a few descriptors are free, since the log
// files, without which no FIFO can be emptied, need some.
[[nodiscard]] base::Result<OutputFifo> open_output(const std::string& path);

// The same through an entry of /proc/<pid>/fd, where no path leads to the FIFO any more.
[[nodiscard]] base::Result<OutputFifo> open_held_output(const std::string& descriptor);

// For one in which `waiting` bytes are. One that may be full is made to hold two batches, so that its writers
// go on while one is being written; where the kernel refuses that, they wait.
void enlarge_if_full(OutputFifo& output, size_t waiting);

// Where its log is.
[[nodiscard]] std::string logs_directory(std::string_view playground, std::string_view service);

}  // namespace logger
