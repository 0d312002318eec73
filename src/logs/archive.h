// The names of a log's old files, as s6-log gives them: "@", 24 hexadecimal digits of TAI64N, ".s". Pure.
// Used by rotation and by whoever reads old files. The order of the names is the order of the files, whatever
// the clock does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logs/wall_time.h"

namespace logs {

// Also s6-log's ".u", a file it did not finish.
[[nodiscard]] bool is_archive_name(std::string_view name);
// Those of a directory's names that are archives, oldest first.
[[nodiscard]] std::vector<std::string> archives_among(const std::vector<std::string>& names);
// Later than the last of `archives` (oldest first), even when the clock was set back since.
[[nodiscard]] std::string next_archive_name(const std::vector<std::string>& archives, WallTime now);
// Those that have to go so that `keep` remain.
[[nodiscard]] std::vector<std::string> surplus_archives(std::vector<std::string> archives, size_t keep);

}  // namespace logs
