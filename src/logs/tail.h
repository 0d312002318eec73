// The last lines of log files, read backwards from their ends: a log of 10 MiB costs no more than one of a
// page. Used by `pgctl log` and for the log of a failed start. It makes no file, and a file that is not there
// is an empty one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace logs {

struct LogPath {
    std::string shown;  // in the header, as the user knows it
    std::string path;
};

// No more than this of one file, so that one line of 100 MB does not become an answer of 100 MB; its end is
// shown then.
inline constexpr std::uint64_t kTailBytes = 1 << 20;

struct Tail {
    std::string text;
    std::uint64_t end = 0;  // where in the file it ends
};

// Of an open file. An unfinished line at the end counts as one.
[[nodiscard]] Tail last_lines(int file, size_t lines);
// "==> shown <==\n" and the last lines of each, an empty line between, as tail --verbose does it. Every line
// is ended.
[[nodiscard]] std::string tail_text(const std::vector<LogPath>& files, size_t lines = 30);
[[nodiscard]] std::string tail_header(const std::string& shown);

}  // namespace logs
