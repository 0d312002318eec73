// One service as the logger knows it: its FIFO, and whether its log can be written. A hundred bytes each,
// since there may be ten thousand. Used by the loop alone; it never holds any of the service's output.
#pragma once

#include <cstdint>
#include <string>

#include "logger/output_fifo.h"

namespace logger {

struct Service {
    static constexpr std::uint32_t kNoSlot = UINT32_MAX;

    size_t place = 0;              // its number in the loop, and its key in epoll
    std::string name;              // empty: this place is free
    std::uint32_t slot = kNoSlot;  // the supervisor's number for it, once it told us
    OutputFifo output;             // its fd is not valid where it could not be opened yet
    int blocked = 0;               // the errno that stops its log; tried again once a second
    int reported = 0;              // what of that the supervisor has been told
    bool ready = false;            // something may wait in the FIFO
    bool closing = false;          // to be forgotten as soon as nothing waits
    bool replaced = false;  // another FIFO has its path now; to be forgotten once it has no writer either
};

}  // namespace logger
