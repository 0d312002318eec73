// `pgctl restart`: a stop, then a start, during which nobody else restarts the same services.

#include "cli/commands.h"
#include "cli/steps.h"
#include "os/inherited.h"

namespace cli {

namespace {

int claim(Session& session, const Services& services) {
    for (const Share& share : shares_of(services)) {
        auto held = session.playgrounds.client(share.playground)
                        .claim({.services = share.names, .pid = os::own_pid()});
        if (!held) return refuse(with_path(std::move(held.error()), share));
    }
    return 0;
}

}  // namespace

int restart_services(Session& session, const Services& services) {
    // What could not be started again had better not be stopped.
    if (refuse_unstartable(session, services) != 0) return 1;
    if (claim(session, services) != 0) return 1;
    // The claim keeps the supervisor, which the start needs at once.
    if (stop_services(session, services, {.loggers_too = false, .await_end = false}) != 0) return 1;
    return start_services(session, services);
}

int restart(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    return restart_services(session, *services);
}

}  // namespace cli
