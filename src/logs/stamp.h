// The stamp before each log line: "YYYY-MM-DD HH:MM:SS.nnnnnnnnn  ", local time and two spaces (contract.md
// section 5). Used by the logger, once a batch. It never asks for the time itself.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "logs/wall_time.h"

namespace logs {

inline constexpr size_t kStampSize = 31;

class Stamper {
  public:
    // Valid until the next call. The calendar is worked out once a second, and notices a change of the time
    // zone.
    [[nodiscard]] std::string_view stamp(WallTime time);

  private:
    std::array<char, kStampSize> text_{};
    std::optional<std::int64_t> second_;  // that the calendar part of text_ shows
};

}  // namespace logs
