// The logger's Report records on their way to the supervisor.
// Used by the loop. It never blocks and never grows with time: while the FIFO is full, because the supervisor
// is stopped or being replaced, only the latest word about each service waits.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/result.h"
#include "os/fd.h"
#include "protocol/records.h"

namespace logger {

class Reports {
  public:
    [[nodiscard]] static base::Result<Reports> open(const std::string& path);

    [[nodiscard]] int fd() const { return fd_.get(); }
    // There is a new logger.
    void began();
    // Everything up to and including `token` is in the file (status 0), or cannot be written now (an errno).
    void drained(std::uint32_t service, std::uint32_t generation, std::uint32_t token, int status);
    // `status` is the errno that stops the log, 0 when it goes on.
    void blocked(std::uint32_t service, int status);
    // Writes what waits, as far as there is room.
    void flush();
    // To be flushed when the FIFO has room.
    [[nodiscard]] bool waiting() const { return !waiting_.empty(); }

  private:
    explicit Reports(os::Fd fd) : fd_(std::move(fd)) {}

    os::Fd fd_;
    std::map<std::pair<std::uint32_t, bool>, protocol::Report>
        waiting_;  // by service, and whether it is about a drain
};

}  // namespace logger
