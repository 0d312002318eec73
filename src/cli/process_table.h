// Processes in the columns of `ps --forest -wwfj PID…` (procps-ng 4), with its header.
// Used where processes are shown. Pure, but for the local time zone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace cli {

// The header and a line each, parents before their children; nothing at all for no rows. `now`, in seconds
// since the epoch, decides whether a start time is shown as an hour, a day or a year.
[[nodiscard]] std::string process_table(const std::vector<protocol::ProcessRow>& rows, std::int64_t now);

}  // namespace cli
