// Moves one batch from a service's FIFO into its log file, exactly once, whatever moment a SIGKILL chooses.
// Used by the loop and by recovery. It never consumes a byte of the FIFO before the log file has it.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logger/journal.h"
#include "logs/log_file.h"
#include "logs/stamp.h"
#include "logs/wall_time.h"
#include "os/file_identity.h"
#include "os/pipe.h"

namespace logger {

struct Source {
    std::string_view service;
    int fifo = -1;  // open for reading
    os::FileIdentity identity;
};

class Transfer {
  public:
    struct Environment {
        logs::Rotation rotation;
        logs::Clock clock = logs::wall_time_now;
        logs::Seam after_step;
    };

    // `journal` and `peek` outlive it.
    Transfer(Journal& journal, os::PipePeek& peek, Environment environment);

    // The bytes it took out of the FIFO. Errors: EAGAIN, nothing waits; EPIPE, nothing waits and no writer is
    // left; anything else is why the log cannot be written now, and the bytes wait in the FIFO.
    [[nodiscard]] base::Result<size_t> move_batch(const Source& source, logs::LogFile& file);
    // Ends an unfinished line.
    [[nodiscard]] base::Status end_line(logs::LogFile& file);

  private:
    [[nodiscard]] base::Result<std::string_view> next_batch(int fifo);
    [[nodiscard]] base::Status write(const Source& source, std::string_view bytes, std::string_view text,
                                     logs::LogFile& file);
    [[nodiscard]] base::Status consume(int fifo, std::string_view bytes);
    [[nodiscard]] base::Status rotate(logs::LogFile& file);
    void step() const;

    Journal& journal_;
    os::PipePeek& peek_;
    Environment environment_;
    logs::Stamper stamper_;
    std::vector<char> batch_;
    std::vector<char> text_;
};

// Of move_batch: nothing is wrong, there is just nothing in the FIFO.
[[nodiscard]] bool is_empty(const base::Error& error);

// The consuming read of `journal`, which is in phase consuming: the bytes it took.
[[nodiscard]] base::Result<size_t> consume_once(int fifo, Journal& journal);

}  // namespace logger
