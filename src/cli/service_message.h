// What a service wants to say when it was started or stopped: its start-msg or stop-msg writes it to stderr.
// Used by progress. A message that fails is a warning and never an error of the command.
#pragma once

#include <string>

#include "cli/change_texts.h"
#include "config/selection.h"

namespace cli {

[[nodiscard]] bool has_message(Direction direction, const config::NamedService& service);
// Runs it in the caller's working directory and environment. Returns a line of warning where it failed.
[[nodiscard]] std::string show_message(Direction direction, const config::NamedService& service);

}  // namespace cli
