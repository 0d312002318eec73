#include "logs/line_layout.h"

#include <algorithm>
#include <cstring>

namespace logs {

namespace {

class Composition {
  public:
    Composition(std::string_view batch, std::string_view stamp, FileRoom room, std::span<char> out)
        : batch_(batch),
          stamp_(stamp),
          file_is_fresh_(room.size == 0),
          room_(room.max_bytes - std::min(room.size, room.max_bytes)),
          room_to_grow_(std::min(kRoomToGrow, room.max_bytes / 16)),
          out_(out) {}

    // Each is true when a whole line was laid, so that the next one may follow.
    bool go_on_with_line();
    bool add_line();

    [[nodiscard]] bool at_end() const { return result_.taken == batch_.size(); }
    [[nodiscard]] Layout result() const { return result_; }

  private:
    struct Line {
        size_t length = 0;  // newline included
        bool ended = false;
    };

    [[nodiscard]] Line next_line() const;
    [[nodiscard]] size_t free_bytes() const;
    void copy(std::string_view text);
    bool take(Line line, size_t bytes);

    std::string_view batch_;
    std::string_view stamp_;
    bool file_is_fresh_;
    std::uint64_t room_;
    std::uint64_t room_to_grow_;
    std::span<char> out_;
    Layout result_;
};

Composition::Line Composition::next_line() const {
    const char* const start = batch_.data() + result_.taken;
    const size_t rest = batch_.size() - result_.taken;
    const void* const newline = std::memchr(start, '\n', rest);
    if (newline == nullptr) return {.length = rest, .ended = false};
    return {.length = static_cast<size_t>(static_cast<const char*>(newline) - start) + 1, .ended = true};
}

// In the file as well as in the buffer.
size_t Composition::free_bytes() const {
    return static_cast<size_t>(std::min<std::uint64_t>(room_ - result_.laid, out_.size() - result_.laid));
}

void Composition::copy(std::string_view text) {
    std::memcpy(out_.data() + result_.laid, text.data(), text.size());
    result_.laid += text.size();
}

bool Composition::take(Line line, size_t bytes) {
    copy(batch_.substr(result_.taken, bytes));
    result_.taken += bytes;
    return line.ended && bytes == line.length;
}

bool Composition::go_on_with_line() {
    result_.rotate_first = room_ == 0;
    const Line line = next_line();
    return take(line, std::min(line.length, free_bytes()));
}

bool Composition::add_line() {
    const Line line = next_line();
    const bool first = result_.laid == 0;
    if (!first && !line.ended) return false;
    const std::uint64_t needed = stamp_.size() + line.length;
    const bool fits = needed + (line.ended ? 0 : room_to_grow_) <= room_ - result_.laid;
    if (!fits || needed > free_bytes()) {
        if (!first) return false;
        result_.rotate_first = !fits && !file_is_fresh_;
        if (result_.rotate_first) return false;
    }
    copy(stamp_);
    return take(line, std::min(line.length, free_bytes()));
}

}  // namespace

Layout lay_out(std::string_view batch, bool mid_line, std::string_view stamp, FileRoom room,
               std::span<char> out) {
    Composition composition(batch, stamp, room, out);
    if (mid_line && !composition.go_on_with_line()) return composition.result();
    while (!composition.at_end() && composition.add_line()) {
    }
    return composition.result();
}

}  // namespace logs
