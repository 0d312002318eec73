#include "logger/journal.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <type_traits>

namespace logger {

namespace {

constexpr std::uint64_t kMagic = 0x31676f6c6c746770;  // "pgtllog1": another layout gets another number
constexpr size_t kPageSize = 4096;

// All that changes from one moment of a batch to the next, in one word, so that it is never seen half
// changed.
struct Moment {
    Phase phase = Phase::idle;
    std::uint8_t first_byte = 0;  // of what is to be consumed
    std::uint32_t done = 0;       // consumed before, 24 bits
    std::uint32_t remaining = 0;  // to be consumed, 24 bits
};

std::uint64_t packed(Moment moment) {
    return std::uint64_t{static_cast<std::uint8_t>(moment.phase)} | std::uint64_t{moment.first_byte} << 8 |
           std::uint64_t{moment.done} << 16 | std::uint64_t{moment.remaining} << 40;
}

Moment unpacked(std::uint64_t word) {
    return {.phase = static_cast<Phase>(word & 0xff),
            .first_byte = static_cast<std::uint8_t>(word >> 8),
            .done = static_cast<std::uint32_t>(word >> 16) & 0xffffff,
            .remaining = static_cast<std::uint32_t>(word >> 40)};
}

bool plausible(Moment moment) {
    return moment.phase <= Phase::consuming && moment.done + moment.remaining <= kBatchCapacity &&
           (moment.phase != Phase::consuming || moment.done < kBatchCapacity);
}

// Of this program's making: what is used as a path and as lengths is none otherwise.
bool plausible(const InFlight& batch) {
    return batch.name.back() == '\0' && !batch.service().empty() && !batch.service().contains('/') &&
           batch.taken <= kBatchCapacity && batch.sample_size <= batch.sample.size();
}

struct Owed {
    std::uint64_t valid = 0;
    InFlight batch;
};

// Only the order in which one thread's stores are made matters: what was stored is in the page cache for the
// successor.
template <class T>
void store(T& word, T value) {
    std::atomic_ref(word).store(value, std::memory_order_seq_cst);
}

}  // namespace

struct Journal::File {
    std::uint64_t magic;
    std::array<char, 40> boot_id;
    std::uint64_t moment;
    InFlight batch;
    std::array<Owed, 8> owed;
    alignas(kPageSize) std::array<char, kBatchCapacity> buffer;

    [[nodiscard]] bool plausible() const {
        const Moment now = unpacked(moment);
        const bool owed_plausible = std::ranges::all_of(
            owed, [](const Owed& one) { return one.valid == 0 || logger::plausible(one.batch); });
        return logger::plausible(now) && owed_plausible &&
               (now.phase == Phase::idle || logger::plausible(batch));
    }
};

Journal::Journal(os::Mapping mapping) : mapping_(std::move(mapping)) {
    owed_ = static_cast<size_t>(std::ranges::count(file().owed, 1U, &Owed::valid));
}

Journal::File& Journal::file() const {
    return *reinterpret_cast<File*>(mapping_.bytes().data());
}

base::Result<Journal> Journal::open(const std::string& path, std::string_view boot_id) {
    static_assert(std::is_trivially_copyable_v<File>);
    auto mapping = os::Mapping::open_exclusively(path, sizeof(File));
    if (!mapping) return base::passed_on(mapping.error());
    File& file = *reinterpret_cast<File*>(mapping->bytes().data());
    std::array<char, 40> boot{};
    boot_id.copy(boot.data(), boot.size() - 1);
    if (file.magic != kMagic || file.boot_id != boot || !file.plausible()) {
        store(file.magic, std::uint64_t{0});
        std::memset(mapping->bytes().data(), 0, mapping->bytes().size());
        file.boot_id = boot;
        store(file.magic, kMagic);
    }
    return Journal(std::move(*mapping));
}

Phase Journal::phase() const {
    return unpacked(file().moment).phase;
}

const InFlight& Journal::in_flight() const {
    return file().batch;
}

void Journal::begin_writing(const InFlight& batch) {
    file().batch = batch;
    store(file().moment, packed({.phase = Phase::writing}));
}

void Journal::begin_consuming(std::string_view bytes, size_t done) {
    const auto first = static_cast<std::uint8_t>(bytes[done]);
    char* const buffer = file().buffer.data();
    buffer[done] = static_cast<char>(~first);
    // Touched, since a page fault in the middle of the read could be the place where a signal interrupts it
    // after all.
    for (size_t page = done / kPageSize * kPageSize + kPageSize; page < bytes.size(); page += kPageSize) {
        static_cast<volatile char*>(buffer)[page] = 0;
    }
    store(file().moment, packed({.phase = Phase::consuming,
                                 .first_byte = first,
                                 .done = static_cast<std::uint32_t>(done),
                                 .remaining = static_cast<std::uint32_t>(bytes.size() - done)}));
}

std::span<char> Journal::consumed_bytes() {
    const Moment moment = unpacked(file().moment);
    return std::span(file().buffer).subspan(moment.done, moment.remaining);
}

bool Journal::consumed() const {
    const Moment moment = unpacked(file().moment);
    return static_cast<std::uint8_t>(file().buffer[moment.done]) == moment.first_byte;
}

void Journal::finish() {
    store(file().moment, packed({.phase = Phase::idle}));
}

bool Journal::owe_undo() {
    const auto free = std::ranges::find(file().owed, 0U, &Owed::valid);
    if (free == file().owed.end()) return false;
    free->batch = file().batch;
    store(free->valid, std::uint64_t{1});
    ++owed_;
    finish();
    return true;
}

const InFlight* Journal::owed_undo(std::string_view service) const {
    const auto owed = std::ranges::find_if(file().owed, [service](const Owed& candidate) {
        return candidate.valid == 1 && candidate.batch.service() == service;
    });
    return owed == file().owed.end() ? nullptr : &owed->batch;
}

void Journal::undo_done(const InFlight& batch) {
    for (Owed& owed : file().owed) {
        if (&owed.batch != &batch) continue;
        store(owed.valid, std::uint64_t{0});
        --owed_;
    }
}

}  // namespace logger
