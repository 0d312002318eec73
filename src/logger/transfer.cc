#include "logger/transfer.h"

#include <algorithm>
#include <cerrno>

#include "logs/line_layout.h"
#include "os/fd.h"

namespace logger {

namespace {

// Enough for a batch of lines of 20 bytes; of shorter ones, a turn takes fewer.
constexpr size_t kTextCapacity = 192 * 1024;

InFlight described(const Source& source, std::string_view bytes, const logs::LogFile& file) {
    InFlight batch{.fifo = source.identity,
                   .log_file = file.identity(),
                   .log_size = file.size(),
                   .taken = static_cast<std::uint32_t>(bytes.size())};
    source.service.copy(batch.name.data(), batch.name.size() - 1);
    batch.sample_size = static_cast<std::uint32_t>(bytes.copy(batch.sample.data(), batch.sample.size()));
    return batch;
}

}  // namespace

Transfer::Transfer(Journal& journal, os::PipePeek& peek, Environment environment)
    : journal_(journal),
      peek_(peek),
      environment_(std::move(environment)),
      batch_(kBatchCapacity),
      text_(kTextCapacity) {}

base::Result<size_t> Transfer::move_batch(const Source& source, logs::LogFile& file) {
    const auto batch = next_batch(source.fifo);
    if (!batch) return base::passed_on(batch.error());
    if (auto refreshed = file.refresh(); !refreshed) return base::passed_on(refreshed.error());
    const auto lay_out = [&] {
        const logs::FileRoom room{.size = file.size(), .max_bytes = environment_.rotation.max_bytes};
        return logs::lay_out(*batch, file.mid_line(), stamper_.stamp(environment_.clock()), room, text_);
    };
    logs::Layout layout = lay_out();
    if (layout.rotate_first) {
        if (auto rotated = rotate(file); !rotated) return base::passed_on(rotated.error());
        layout = lay_out();
    }
    const std::string_view bytes = batch->substr(0, layout.taken);
    if (auto written = write(source, bytes, {text_.data(), layout.laid}, file); !written) {
        return base::passed_on(written.error());
    }
    if (auto consumed = consume(source.fifo, bytes); !consumed) return base::passed_on(consumed.error());
    return bytes.size();
}

base::Result<std::string_view> Transfer::next_batch(int fifo) {
    const auto count = peek_.peek(fifo, batch_);
    if (!count) return base::passed_on(count.error());
    if (*count == 0) return base::system_error("output", EPIPE);
    step();
    return std::string_view(batch_.data(), *count);
}

base::Status Transfer::write(const Source& source, std::string_view bytes, std::string_view text,
                             logs::LogFile& file) {
    journal_.begin_writing(described(source, bytes, file));
    step();
    auto appended = file.append(text);
    step();
    if (appended) return appended;
    // With no room to note what is owed, the batch stays in flight; the next one would overwrite that, so
    // better repeat some lines than stop every log: it takes a ninth file that can be neither written nor
    // cut.
    if (!file.torn() || !journal_.owe_undo()) journal_.finish();
    return appended;
}

base::Status Transfer::consume(int fifo, std::string_view bytes) {
    for (size_t done = 0; done < bytes.size();) {
        journal_.begin_consuming(bytes, done);
        step();
        const auto count = consume_once(fifo, journal_);
        step();
        if (!count) {
            journal_.finish();
            return base::passed_on(count.error());
        }
        done += *count;
    }
    journal_.finish();
    step();
    return {};
}

base::Status Transfer::end_line(logs::LogFile& file) {
    if (auto refreshed = file.refresh(); !refreshed) return refreshed;
    if (!file.mid_line()) return {};
    if (file.size() >= environment_.rotation.max_bytes) {
        if (auto rotated = rotate(file); !rotated) return rotated;
    }
    // Needs no journal: a successor sees in the file that it is done.
    return file.append("\n");
}

base::Status Transfer::rotate(logs::LogFile& file) {
    auto rotated = file.rotate(environment_.clock(), environment_.rotation, environment_.after_step);
    step();
    return rotated;
}

void Transfer::step() const {
    if (environment_.after_step) environment_.after_step();
}

bool is_empty(const base::Error& error) {
    return error.number == EAGAIN || error.number == EPIPE;
}

base::Result<size_t> consume_once(int fifo, Journal& journal) {
    auto count = os::read_some(fifo, journal.consumed_bytes());
    if (count && *count == 0) return base::system_error("output", EPIPE);
    return count;
}

}  // namespace logger
