// `pgctl start`: what is not ready becomes ready, and what fails to is shown and stopped again.

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "cli/change.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/hooks.h"
#include "cli/output.h"
#include "cli/runtime_access.h"
#include "cli/steps.h"
#include "config/log_place.h"
#include "config/service_settings.h"
#include "os/path_status.h"

namespace cli {

namespace {

// What our files in the runtime directory take at the most, bytes. With less, some services would start and
// others fail.
constexpr std::uint64_t kRoomOfPlayground = 128 << 10;
constexpr std::uint64_t kRoomOfService = 12 << 10;

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
        const std::uint64_t needed = kRoomOfPlayground + share.names.size() * kRoomOfService;
        if (os::free_bytes(pghome).value_or(needed) < needed)
            return complain(pghome + ": " + std::strerror(ENOSPC));
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

int end_failed_start(Session& session, const ChangeResult& result, const Services& unstartable) {
    int code = 0;
    for (const Refusal& refusal : result.refusals) code = refuse(refusal);
    if (!result.failed.empty()) {
        show_logs(result.failed);
        static_cast<void>(stop_services(session, result.failed, {}));
    }
    Services others = result.overtaken;
    others.insert(others.end(), unstartable.begin(), unstartable.end());
    return result.failed.empty() && others.empty() ? code
                                                   : report_failures(Direction::start, result.failed, others);
}

Services without(const Services& services, const Services& left_out) {
    Services rest;
    std::ranges::copy_if(services, std::back_inserter(rest),
                         [&](const auto& service) { return std::ranges::count(left_out, service) == 0; });
    return rest;
}

// `missing` are those of `services` that are not ready; the `unstartable` are not among them.
int start_missing(Session& session, const Services& services, const Services& missing,
                  const Services& unstartable) {
    const auto shares = shares_of(missing);
    if (prepare_directories(session, shares) != 0) return 1;
    if (run_pre_start(session, shares) != 0) return 1;
    say(message(changing_text(Direction::start, names_of(services))));
    const ChangeResult result = change(session, {.direction = Direction::start}, services);
    const bool done = result.complete() && unstartable.empty();
    return done ? 0 : end_failed_start(session, result, unstartable);
}

}  // namespace

Startable tell_unstartable(const Session& session, const Services& services) {
    const config::Defaults defaults{.timeout = session.settings.timeout, .settle = session.settings.settle};
    Startable parts;
    for (const auto& service : services) {
        std::vector<std::string> complaints;
        if (!service.problem.empty()) complaints.push_back(service.problem);
        const auto loaded = config::load_service_settings(service.path, service.shown, defaults);
        if (!loaded) complaints.insert(complaints.end(), loaded.error().begin(), loaded.error().end());
        if (auto log = config::log_complaint(service.path, service.shown); !log.empty())
            complaints.push_back(std::move(log));
        if (!complaints.empty()) static_cast<void>(complain(complaints));
        (complaints.empty() ? parts.good : parts.bad).push_back(service);
    }
    return parts;
}

int start_services(Session& session, const Services& services) {
    const auto standing = session.playgrounds.standing(services);
    if (!standing) return refuse(standing.error());
    const Services missing = not_ready(services, *standing);
    const Services unstartable = tell_unstartable(session, not_running(missing, *standing)).bad;
    const Services wanted = without(services, unstartable);
    if (wanted.empty() && !unstartable.empty()) return 1;
    const Services to_start = without(missing, unstartable);
    if (!to_start.empty()) return start_missing(session, wanted, to_start, unstartable);
    say(message(already_text(Direction::start, names_of(wanted))));
    return unstartable.empty() ? 0 : report_failures(Direction::start, {}, unstartable);
}

int restart_from_within(Session& session, const Services& services) {
    if (run_pre_start(session, shares_of(services)) != 0) return 1;
    say(message(changing_text(Direction::stop, names_of(services))));
    const ChangeResult result =
        change(session, {.direction = Direction::start, .stop_first = true}, services);
    return result.complete() ? 0 : end_failed_start(session, result, {});
}

int start(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    return start_services(session, *services);
}

}  // namespace cli
