// Output FIFOs that services' keepers hold open and that no path leads to any more, since the runtime
// directory was deleted under them. Used by a new logger, which an earlier one can't tell of them. It never
// writes to one.
#pragma once

#include <string>
#include <vector>

#include "logger/output_fifo.h"
#include "protocol/runtime_directory.h"

namespace logger {

struct HeldOutput {
    std::string service;
    OutputFifo output;
};

// Looks at every process there is: once the playground's keeper was killed, those of the services are
// nobody's children that we know.
[[nodiscard]] std::vector<HeldOutput> held_outputs(const protocol::RuntimeDirectory& runtime);

}  // namespace logger
