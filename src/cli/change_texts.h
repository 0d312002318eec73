// What start and stop say, to the letter (contract: README). Used by change, start and stop. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/messages.h"

namespace cli {

enum class Direction { start, stop };

// Where our documentation explains processes that do not stop, in one word, as it stands behind "Learn more:
// ".
inline constexpr std::string_view kLearnMore = "man:pgctl(1)#SERVICES_THAT_DO_NOT_STOP";

// "Starting: a, b"
[[nodiscard]] std::string changing_text(Direction direction, const std::vector<std::string>& names);
// "Already stopped: a, b"
[[nodiscard]] std::string already_text(Direction direction, const std::vector<std::string>& names);
// "Still starting: a, b", sorted
[[nodiscard]] std::string still_text(Direction direction, std::vector<std::string> names);
// "All services have started"
[[nodiscard]] std::string all_done_text(Direction direction);
// "Some services failed to start: a, b"
[[nodiscard]] std::string some_failed_text(Direction direction, const std::vector<std::string>& names);

// What an event means to the user, as whole lines with our name before them; empty for "end". `now` as for
// process_table().
[[nodiscard]] std::string event_text(Direction direction, const protocol::Event& event, std::int64_t now);
// Whether the service of this event is decided by it.
[[nodiscard]] bool is_decision(const protocol::Event& event);

}  // namespace cli
