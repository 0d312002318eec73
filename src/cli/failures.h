// What is shown of services that failed to start or to stop: the end of their logs, and where to read more of
// them. Used by start and stop.
#pragma once

#include "cli/change.h"
#include "logs/tail.h"

namespace cli {

// The last 30 lines of each one's log, under its name, to stderr.
void show_logs(const Services& services);
// Where the rest of those logs is, and the command's last line. Always 1. `failed` have logs worth reading,
// the others, which were overtaken or can't be started at all, have not.
int report_failures(Direction direction, const Services& failed, const Services& others);

[[nodiscard]] std::vector<logs::LogPath> log_paths(const Services& services);
// Pure: the text of report_failures().
[[nodiscard]] std::string failures_text(Direction direction, const Services& failed, const Services& others);

}  // namespace cli
