// Ends what an earlier logger was killed in: the one batch its journal shows in flight.
// Used once, before anything else of a logger. It never guesses: without the batch's own bytes in the FIFO it
// changes nothing.
#pragma once

#include <string>

#include "base/result.h"
#include "logger/journal.h"
#include "os/pipe.h"
#include "protocol/runtime_directory.h"

namespace logger {

enum class Recovery {
    nothing,           // the batch is done, or its pipe is gone with what was in it
    undo_write,        // cut the log file back; the bytes are in the FIFO and are read again
    finish_consuming,  // the log file has the bytes; take them out of the FIFO
};

// `consumed` as Journal::consumed(); `waiting`: the FIFO begins with the bytes of the batch.
[[nodiscard]] Recovery decide_recovery(Phase phase, bool consumed, bool waiting);

// An error is one of our own means (no descriptor is free) and worth another try; then nothing was changed.
[[nodiscard]] base::Status recover(Journal& journal, os::PipePeek& peek,
                                   const protocol::RuntimeDirectory& runtime, const std::string& playground);
// Does what the journal says is owed to the service's log file before it may go on.
[[nodiscard]] base::Status settle(Journal& journal, std::string_view service,
                                  const std::string& logs_directory);

}  // namespace logger
