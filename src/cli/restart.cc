// `pgctl restart`: a stop, then a start, during which nobody else restarts the same services. Where the
// command runs in one of them, the supervisor does both.

#include <set>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/steps.h"
#include "os/inherited.h"

namespace cli {

namespace {

// What has to be restarted from outside, and what from within: the services of the playground that this
// command runs in, if one of them holds it.
struct Parts {
    Services outside;
    Services within;
};

Answer<Parts> claim(Session& session, const Services& services) {
    std::set<std::string> holding;
    for (const Share& share : shares_of(services)) {
        auto held = session.playgrounds.client(share.playground)
                        .claim({.services = share.names, .pid = os::own_pid()});
        if (!held) return std::unexpected(with_path(std::move(held.error()), share));
        if (*held && (*held)->within) holding.insert(share.playground);
    }
    Parts parts;
    for (const auto& service : services) {
        (holding.contains(service.playground) ? parts.within : parts.outside).push_back(service);
    }
    return parts;
}

int restart_from_outside(Session& session, const Services& services) {
    // The claim keeps the supervisor, which the start needs at once.
    if (stop_services(session, services, {.loggers_too = false, .await_end = false}) != 0) return 1;
    return start_services(session, services);
}

int restart_startable(Session& session, const Services& services) {
    const auto parts = claim(session, services);
    if (!parts) return refuse(parts.error());
    if (parts->within.empty()) return restart_from_outside(session, services);
    // Last, since we end with it.
    if (!parts->outside.empty() && restart_from_outside(session, parts->outside) != 0) return 1;
    return restart_from_within(session, parts->within);
}

}  // namespace

int restart_services(Session& session, const Services& services) {
    // What could not be started again had better not be stopped.
    const Startable parts = tell_unstartable(session, services);
    if (parts.good.empty()) return 1;
    const int code = restart_startable(session, parts.good);
    if (parts.bad.empty()) return code;
    return complain("Some services were not restarted: " +
                    base::printable(base::join(names_of(parts.bad), ", ")));
}

int restart(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    return restart_services(session, *services);
}

}  // namespace cli
