// What is in flight between a service's FIFO and its log file, kept in a mapped file so that it outlives a
// SIGKILL of the logger. Used by Transfer for every batch, and by recovery once. It never touches the FIFO or
// the log file itself.
//
// One batch is in flight at a time, since the logger has one thread. It goes  idle → writing → consuming →
// idle:
//   writing    its bytes are in the FIFO still; the log file may have grown beyond `log_size`, by some of
//   them or all consuming  the log file has all of it; one read(2) takes exactly those bytes out of the FIFO,
//   into the buffer in here
// Whether that read has happened is seen in the buffer: its first byte was set to the complement of the byte
// that the read puts there. A read of bytes that are in the pipe already does not sleep, so a SIGKILL comes
// before it or after it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/file_identity.h"
#include "os/mapping.h"

namespace logger {

inline constexpr size_t kBatchCapacity = 64 * 1024;

enum class Phase : std::uint8_t { idle, writing, consuming };

// The batch in flight. Plain data, as it lies in the file.
struct InFlight {
    std::array<char, 256> name{};  // of the service, NUL-terminated
    os::FileIdentity fifo;
    os::FileIdentity log_file;
    std::uint64_t log_size = 0;  // before the batch was appended
    std::uint32_t taken = 0;     // bytes of the FIFO
    std::uint32_t sample_size = 0;
    std::array<char, 64> sample{};  // the first of those bytes

    [[nodiscard]] std::string_view service() const { return name.data(); }
    [[nodiscard]] std::string_view first_bytes() const { return {sample.data(), sample_size}; }
};

class Journal {
  public:
    // Waits until no other logger has it. What another version of this program or another boot of the machine
    // left counts as nothing: the pipes of that time are gone.
    [[nodiscard]] static base::Result<Journal> open(const std::string& path, std::string_view boot_id);

    [[nodiscard]] Phase phase() const;
    [[nodiscard]] const InFlight& in_flight() const;

    // idle → writing.
    void begin_writing(const InFlight& batch);
    // writing → consuming: `bytes` are the batch, `done` of them already consumed (0 but for pipes in packet
    // mode).
    void begin_consuming(std::string_view bytes, size_t done);
    // Where the consuming read puts its bytes: as many as are still to be consumed.
    [[nodiscard]] std::span<char> consumed_bytes();
    // In phase consuming: the read has happened.
    [[nodiscard]] bool consumed() const;
    void finish();

    // A batch that could not be taken back from its log file, which must be done before that service's log
    // goes on. Phase writing → idle. False where there is no room for another one.
    [[nodiscard]] bool owe_undo();
    [[nodiscard]] bool owes_undo() const { return owed_ > 0; }
    // Of this service; nullptr where there is none.
    [[nodiscard]] const InFlight* owed_undo(std::string_view service) const;
    void undo_done(const InFlight& batch);

  private:
    struct File;

    explicit Journal(os::Mapping mapping);
    [[nodiscard]] File& file() const;

    os::Mapping mapping_;
    size_t owed_ = 0;
};

}  // namespace logger
