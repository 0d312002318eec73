// How wide text is on a terminal, and the part of it that fits. Pure; it needs no locale.
// Used by the log box. It knows no tab stops and no control characters: the text has been filtered before.
#pragma once

#include <string>
#include <string_view>

namespace logs {

// 0 for combining marks, 2 for East Asian wide characters and emoji (UAX #11), else 1.
[[nodiscard]] int columns_of(char32_t code);
// Exactly `columns` wide: cut, or filled up with spaces. Tabs become spaces up to the next multiple of 8.
[[nodiscard]] std::string fitted(std::string_view text, int columns);

}  // namespace logs
