// pgctl-poll-ready COMMAND…: tells the supervisor, which runs `ready`, that it may begin, and with which
// environment, umask and limits; then becomes COMMAND. Used by main, where the program is called by that
// name.
#pragma once

namespace cli {

// Returns only where there is nothing to become: 2 without a command, 127 where it is not found, else 126.
[[nodiscard]] int poll_ready(int argc, char** argv);

}  // namespace cli
