// Starting and stopping some services with everything that is said about it: what the commands start, stop,
// restart, reload and debug are made of. Implemented in start.cc, stop.cc and restart.cc.
#pragma once

#include "cli/session.h"

namespace cli {

// Everything that keeps one of them from being started, said before anything is done; 0 or 1.
[[nodiscard]] int refuse_unstartable(const Session& session, const Services& services);
// 0, or 1 where one of them is not ready then.
[[nodiscard]] int start_services(Session& session, const Services& services);

struct StopWishes {
    bool loggers_too = true;  // so that it says (with --verbose) when they have ended
    bool await_end = true;    // of everything of ours, where nothing is up any more
};
// 0, or 1 where one of them is not down then.
[[nodiscard]] int stop_services(Session& session, const Services& services, const StopWishes& wishes);

// Refused where another command is restarting one of them.
[[nodiscard]] int restart_services(Session& session, const Services& services);

}  // namespace cli
