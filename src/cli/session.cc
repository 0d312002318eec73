#include "cli/session.h"

#include <chrono>

#include "cli/output.h"
#include "cli/process_table.h"
#include "os/clock.h"
#include "protocol/process_row.h"

namespace cli {

Answer<Services> Session::selected() {
    std::optional<Refusal> refused;
    const auto running = [&](const std::string& playground) {
        const auto standing = playgrounds.standing({{.playground = playground}});
        if (!standing) refused = standing.error();
        return playgrounds.running_in(playground);
    };
    auto services = config::select_services(settings, surroundings, running);
    if (refused) return std::unexpected(*refused);
    if (!services) return std::unexpected(Refusal{.errors = {services.error().message()}, .claimed = {}});
    return std::move(*services);
}

protocol::Defaults Session::defaults() const {
    return {.timeout = settings.timeout,
            .settle = settings.settle,
            .tracing = settings.environment_process_tracing};
}

int refuse(const Refusal& refusal) {
    if (!refusal.claimed) return complain(refusal.errors);
    const auto& claimed = *refusal.claimed;
    const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(os::wall_now()).count();
    const auto row = protocol::row_of(os::Proc(), claimed.pid);
    std::string text =
        error_message("another pgctl command is currently managing this service: (" + claimed.service + ")");
    if (row) text += process_table({*row}, now);
    say(text + "\n");
    return 1;
}

Refusal with_path(Refusal refusal, const Share& share) {
    if (refusal.claimed) refusal.claimed->service = share.shown_prefix + refusal.claimed->service;
    return refusal;
}

}  // namespace cli
