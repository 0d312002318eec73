// `pgctl reload`: restarts exactly the running services whose files or settings have changed since they were
// started.

#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/reload_text.h"
#include "cli/steps.h"

namespace cli {

namespace {

Answer<Changed> changes(Session& session, const Services& services) {
    Changed all;
    for (const Share& share : shares_of(services)) {
        auto answer = session.playgrounds.client(share.playground)
                          .changes({.services = share.names,
                                    .shown_prefix = share.shown_prefix,
                                    .defaults = session.defaults()});
        if (!answer) return std::unexpected(std::move(answer.error()));
        for (auto& [name, what] : answer->services) all[share.playground + "/" + name] = std::move(what);
    }
    return all;
}

}  // namespace

int reload(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    const auto changed = changes(session, *services);
    if (!changed) return refuse(changed.error());
    say(reload_text(*services, *changed));
    const Services outdated = outdated_services(*services, *changed);
    return outdated.empty() ? 0 : restart_services(session, outdated);
}

}  // namespace cli
