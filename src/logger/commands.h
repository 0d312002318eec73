// The supervisor's Command records, as they come out of the logger's FIFO.
// Used by the loop. It never takes a record out of the FIFO before it was carried out: a killed logger's
// successor repeats it, which is why every command can be carried out twice.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/fd.h"
#include "os/pipe.h"
#include "protocol/records.h"

namespace logger {

struct ScannedCommand {
    size_t skip = 0;  // bytes of garbage before it
    std::optional<protocol::Command>
        command;  // whole, of a known kind and, where it has one, with a usable name
};

// Finds the next record in `bytes`. Pure. A record that is whole but makes no sense is garbage; one that is
// not whole yet is left for later.
[[nodiscard]] ScannedCommand scan_command(std::string_view bytes);

class CommandFifo {
  public:
    [[nodiscard]] static base::Result<CommandFifo> open(const std::string& path, os::PipePeek& peek);

    [[nodiscard]] int fd() const { return fd_.get(); }
    // The next command, which stays in the FIFO; nothing where none waits. An error says that it is to be
    // tried again, later.
    [[nodiscard]] base::Result<std::optional<protocol::Command>> next();
    // The one that next() gave is carried out.
    void done();

  private:
    CommandFifo(os::Fd fd, os::PipePeek& peek) : fd_(std::move(fd)), peek_(&peek) {}
    void consume(size_t count);

    os::Fd fd_;
    os::PipePeek* peek_;
};

}  // namespace logger
