// What of a batch of a service's output goes into its log file now, and how it looks there. Pure.
// Used by the logger for every batch. It never drops, reorders or changes a byte; it only puts stamps before
// lines.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace logs {

// An unfinished line goes only into a file that has this much room left after it (less in very small files),
// so that a line up to this long is never split over two files, however slowly its end arrives.
inline constexpr std::uint64_t kRoomToGrow = 64 * 1024;

// How full the file is and how full it may become. 4096 <= max_bytes.
struct FileRoom {
    std::uint64_t size = 0;
    std::uint64_t max_bytes = 0;
};

struct Layout {
    size_t taken = 0;           // bytes from the front of the batch
    size_t laid = 0;            // bytes in `out` that stand for them
    bool rotate_first = false;  // nothing taken: what comes next does not fit, and shall go to a new file
};

// Writes to `out` (at least a stamp and a whole batch long) what to append to the file. Lines begin with
// `stamp`; where `mid_line`, the batch goes on with a line whose beginning the file has already. A line
// longer than a whole file is split over files, the rest without a stamp. An unfinished line is taken only
// where it stands first: it may be complete next time.
[[nodiscard]] Layout lay_out(std::string_view batch, bool mid_line, std::string_view stamp, FileRoom room,
                             std::span<char> out);

}  // namespace logs
