// Starting and stopping some services with everything that is said about it: what the commands start, stop,
// restart, reload and debug are made of. Implemented in start.cc, stop.cc and restart.cc.
#pragma once

#include "cli/session.h"

namespace cli {

// Those that have what it takes to be started, and those that have not: what is wrong with these was said.
struct Startable {
    Services good, bad;
};
[[nodiscard]] Startable tell_unstartable(const Session& session, const Services& services);

// 0, or 1 where one of them is not ready then. One that can't be started does not keep the others from it.
[[nodiscard]] int start_services(Session& session, const Services& services);

struct StopWishes {
    bool loggers_too = true;  // so that it says (with --verbose) when they have ended
    bool await_end = true;    // of everything of ours, where nothing is up any more
};
// 0, or 1 where one of them is not down then.
[[nodiscard]] int stop_services(Session& session, const Services& services, const StopWishes& wishes);

// Whether one of the services, which are down, has left processes behind, or is being debugged. Those that
// called us do not count.
[[nodiscard]] bool something_escaped(const Session& session, const Services& services);

// For a command that runs in one of them, and so ends before they are up again: pre-start runs while it can,
// and the supervisor does the rest by itself. All of one playground. 0 or 1, for whoever is left to see it.
[[nodiscard]] int restart_from_within(Session& session, const Services& services);

// Refused where another command is restarting one of them.
[[nodiscard]] int restart_services(Session& session, const Services& services);

}  // namespace cli
