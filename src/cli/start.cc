// `pgctl start`: what is not ready becomes ready, and what fails to is shown and stopped again.

#include <algorithm>

#include "cli/change.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/hooks.h"
#include "cli/output.h"
#include "cli/runtime_access.h"
#include "cli/steps.h"
#include "config/service_settings.h"

namespace cli {

namespace {

// Those that a start has to run. What runs already is waited for, whatever has become of its files.
Services not_running(const Services& services, const Standing& standing) {
    Services found;
    std::ranges::copy_if(services, std::back_inserter(found),
                         [&](const auto& service) { return !standing.of(service).pid; });
    return found;
}

Services not_ready(const Services& services, const Standing& standing) {
    Services found;
    std::ranges::copy_if(services, std::back_inserter(found),
                         [&](const auto& service) { return standing.of(service).state != "ready"; });
    return found;
}

// Where our state is to live: that it can't is known before anything is said or done.
int prepare_directories(const Session& session, const std::vector<Share>& shares) {
    const std::string& pghome = session.playgrounds.pghome();
    for (const Share& share : shares) {
        const auto made = make(pghome, protocol::RuntimeDirectory(pghome, share.playground));
        if (!made) return complain(made.error().message());
    }
    return 0;
}

int run_pre_start(const Session& session, const std::vector<Share>& shares) {
    for (const Share& share : shares) {
        const auto ran = run_hook(kPreStart, share.playground, session.surroundings);
        if (!ran) return complain(ran.error().message());
    }
    return 0;
}

int end_failed_start(Session& session, const ChangeResult& result) {
    int code = 0;
    for (const Refusal& refusal : result.refusals) code = refuse(refusal);
    if (result.failed.empty() && result.overtaken.empty()) return code;
    if (!result.failed.empty()) {
        show_logs(result.failed);
        static_cast<void>(stop_services(session, result.failed, {}));
    }
    return report_failures(Direction::start, result.failed, result.overtaken);
}

}  // namespace

int refuse_unstartable(const Session& session, const Services& services) {
    const config::Defaults defaults{.timeout = session.settings.timeout, .settle = session.settings.settle};
    std::vector<std::string> complaints;
    for (const auto& service : services) {
        const auto loaded = config::load_service_settings(service.path, service.shown, defaults);
        if (!loaded) complaints.insert(complaints.end(), loaded.error().begin(), loaded.error().end());
    }
    return complaints.empty() ? 0 : complain(complaints);
}

int start_services(Session& session, const Services& services) {
    const auto standing = session.playgrounds.standing(services);
    if (!standing) return refuse(standing.error());
    const Services missing = not_ready(services, *standing);
    if (missing.empty()) {
        say(message(already_text(Direction::start, names_of(services))));
        return 0;
    }
    if (refuse_unstartable(session, not_running(missing, *standing)) != 0) return 1;
    const auto shares = shares_of(missing);
    if (prepare_directories(session, shares) != 0) return 1;
    if (run_pre_start(session, shares) != 0) return 1;
    say(message(changing_text(Direction::start, names_of(services))));
    const ChangeResult result = change(session, Direction::start, services);
    return result.complete() ? 0 : end_failed_start(session, result);
}

int start(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    return start_services(session, *services);
}

}  // namespace cli
