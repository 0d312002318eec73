// The client's words: results to stdout, everything else to stderr, each block in one write so that two
// commands do not mix their lines. Used by every command. It decides nothing about what is said.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// "[pgctl] text\n"
[[nodiscard]] std::string message(std::string_view text);
// "[pgctl] ERROR: text\n"
[[nodiscard]] std::string error_message(std::string_view text);

// To stderr, as it is. Nobody is told when that fails: there is nobody to tell.
void say(std::string_view lines);
// To stdout. 0, also where the reader has gone, or 1 with an error message where it could not be written.
[[nodiscard]] int print(std::string_view result);
// One error message each; always 1.
int complain(const std::vector<std::string>& errors);
int complain(std::string_view error);

}  // namespace cli
