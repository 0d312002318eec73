#include "supervisor/memory_watch.h"

#include <utility>

#include "os/out_of_memory.h"

namespace supervisor {

void MemoryWatch::look() {
    kills_ = os::out_of_memory_kills();
}

bool MemoryWatch::killed_since() {
    const std::uint64_t now = os::out_of_memory_kills();
    return std::exchange(kills_, now) < now;
}

}  // namespace supervisor
