#include "model/status.h"

#include <fmt/format.h>

namespace model {

namespace {

std::int64_t seconds_between(Time since, Time now) {
    return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - since).count());
}

std::optional<int> exit_code(const Service& service) {
    return service.last_exit ? service.last_exit->code() : std::nullopt;
}

struct StatusOf {
    const Service& service;
    const Policy& policy;
    Time now;
    std::optional<int> living;

    ServiceStatus operator()(const Down&) const { return {}; }

    ServiceStatus operator()(const Spawning& s) const {
        if (living) {
            return {.state = is_ready(service, policy) ? "ready" : "up",
                    .pid = living,
                    .seconds = seconds_between(s.since, now)};
        }
        return {.state = is_ready(service, policy) ? "ready" : "down",
                .exitcode = exit_code(service),
                .seconds = seconds_between(s.since, now),
                .process = "starting"};
    }

    ServiceStatus operator()(const Running& s) const {
        const bool ready = is_ready(service, policy);
        return {.state = ready ? "ready" : "up",
                .pid = s.pid,
                .seconds = seconds_between(
                    s.ready_since && policy.proves_readiness() ? *s.ready_since : s.since, now)};
    }

    ServiceStatus operator()(const Resting& s) const {
        return {.state = is_ready(service, policy) ? "ready" : "down",
                .exitcode = exit_code(service),
                .seconds = seconds_between(s.since, now),
                .process = s.held ? std::nullopt : std::optional<std::string>("starting")};
    }

    ServiceStatus operator()(const Stopping& s) const {
        return {.state = "up", .pid = s.pid, .seconds = seconds_between(s.since, now), .process = "stopping"};
    }

    ServiceStatus operator()(const Draining&) const { return {}; }
};

}  // namespace

ServiceStatus status_of(const Service& service, const Policy& policy, Time now, std::optional<int> living) {
    return std::visit(StatusOf{service, policy, now, living}, service.state);
}

std::string in_words(const ServiceStatus& status) {
    std::string words = status.state;
    if (status.pid) words += fmt::format(" (pid {})", *status.pid);
    if (status.exitcode) words += fmt::format(" (exitcode {})", *status.exitcode);
    if (status.seconds) words += fmt::format(" {} seconds", *status.seconds);
    if (status.process) words += ", " + *status.process;
    return words;
}

std::string in_words(std::int64_t seconds) {
    if (seconds < 60) return fmt::format("{} seconds", seconds);
    const auto count = static_cast<double>(seconds);
    if (seconds < 60 * 60) return fmt::format("{:.1f} minutes", count / 60);
    if (seconds < 24 * 60 * 60) return fmt::format("{:.1f} hours", count / (60 * 60));
    return fmt::format("{:.1f} days", count / (24 * 60 * 60));
}

}  // namespace model
