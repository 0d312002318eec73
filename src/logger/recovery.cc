#include "logger/recovery.h"

#include <cerrno>
#include <utility>

#include "logger/held_outputs.h"
#include "logger/output_fifo.h"
#include "logger/transfer.h"
#include "logs/log_file.h"

namespace logger {

namespace {

// Where the runtime directory was deleted, another FIFO has the path by now.
base::Result<OutputFifo> output_of(const InFlight& batch, const protocol::RuntimeDirectory& runtime) {
    auto output = open_output(runtime.output(batch.service()));
    if (output && output->identity == batch.fifo) return output;
    for (HeldOutput& held : held_outputs(runtime)) {
        if (held.output.identity == batch.fifo) return std::move(held.output);
    }
    return output;
}

base::Result<bool> begins_with(const OutputFifo& output, const InFlight& batch, os::PipePeek& peek) {
    if (output.identity != batch.fifo) return false;
    const auto waiting = os::bytes_waiting(output.fd.get());
    if (!waiting) return base::passed_on(waiting.error());
    if (*waiting < batch.taken) return false;
    std::array<char, sizeof(InFlight::sample)> front{};
    const auto count = peek.peek(output.fd.get(), std::span(front).first(batch.first_bytes().size()));
    if (!count) return base::passed_on(count.error());
    return std::string_view(front.data(), *count) == batch.first_bytes();
}

base::Status undo(Journal& journal, const InFlight& batch, const std::string& playground) {
    const std::string directory = logs_directory(playground, batch.service());
    if (auto undone = logs::undo_append(directory, batch.log_file, batch.log_size); !undone) {
        if (journal.owe_undo()) return {};
        return undone;
    }
    journal.finish();
    return {};
}

}  // namespace

Recovery decide_recovery(Phase phase, bool consumed, bool waiting) {
    if (!waiting) return Recovery::nothing;
    switch (phase) {
        case Phase::idle:
            return Recovery::nothing;
        case Phase::writing:
            return Recovery::undo_write;
        case Phase::consuming:
            return consumed ? Recovery::nothing : Recovery::finish_consuming;
    }
    std::unreachable();
}

base::Status recover(Journal& journal, os::PipePeek& peek, const protocol::RuntimeDirectory& runtime,
                     const std::string& playground) {
    if (journal.phase() == Phase::idle) return {};
    const InFlight& batch = journal.in_flight();
    const auto output = output_of(batch, runtime);
    if (!output && (output.error().number == EMFILE || output.error().number == ENFILE)) {
        return base::passed_on(output.error());
    }
    bool waiting = false;
    if (output) {
        const auto begins = begins_with(*output, batch, peek);
        if (begins) waiting = *begins;
    }
    const bool consumed = journal.phase() == Phase::consuming && journal.consumed();
    const Recovery recovery = decide_recovery(journal.phase(), consumed, waiting);
    if (recovery == Recovery::undo_write) return undo(journal, batch, playground);
    if (recovery == Recovery::finish_consuming) (void)consume_once(output->fd.get(), journal);
    journal.finish();
    return {};
}

base::Status settle(Journal& journal, std::string_view service, const std::string& logs_directory) {
    const InFlight* const owed = journal.owed_undo(service);
    if (owed == nullptr) return {};
    if (auto undone = logs::undo_append(logs_directory, owed->log_file, owed->log_size); !undone)
        return undone;
    journal.undo_done(*owed);
    return {};
}

}  // namespace logger
