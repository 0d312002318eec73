// What a service wants to say when it was started or stopped: the output of its start-msg or stop-msg.
// Used by progress. A message that fails is a warning and never an error of the command.
#pragma once

#include <string>

#include "cli/change_texts.h"
#include "config/selection.h"

namespace cli {

[[nodiscard]] bool has_message(Direction direction, const config::NamedService& service);
// Runs it in the caller's working directory and environment. Whole lines; empty for nothing.
[[nodiscard]] std::string service_message(Direction direction, const config::NamedService& service);

}  // namespace cli
