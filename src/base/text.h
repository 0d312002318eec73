// Small operations on text that every layer needs. Pure; none of them knows a format or the operating system.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

[[nodiscard]] std::string join(const std::vector<std::string>& words, std::string_view separator);
// The non-empty parts between white space (space, tab, line ends).
[[nodiscard]] std::vector<std::string> words(std::string_view text);
// The parts between `separator`, empty ones included; one part where it does not occur.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
// Without white space at either end.
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] bool valid_utf8(std::string_view text);
// A finite, non-negative decimal number and nothing else but white space around it; no "nan", "inf", hex or
// sign.
[[nodiscard]] std::optional<double> non_negative_number(std::string_view text);
// The line, from 1, of the first byte that is no valid UTF-8; 0 where all is.
[[nodiscard]] size_t line_of_invalid_utf8(std::string_view text);
// For showing foreign bytes on a terminal or in one line: control bytes and invalid UTF-8 as \n, \x1b and so
// on.
[[nodiscard]] std::string printable(std::string_view text);
// The one of `candidates` that `word` was most likely meant to be (edit distance at most 2), if any.
[[nodiscard]] std::optional<std::string> closest(std::string_view word,
                                                 const std::vector<std::string>& candidates);

}  // namespace base
