#include "supervisor/spawn_plan.h"

#include <sys/resource.h>

#include <algorithm>

#include "os/inherited.h"
#include "protocol/bytes.h"
#include "protocol/limits.h"

namespace supervisor {

namespace {

bool is_ours(const std::string& variable) {
    for (const char* name : {"PGCTL_SERVICE=", "PGCTL_SCRATCH=", "PGCTL_SERVICE_PROCESS=", "PGCTL_DEBUG="}) {
        if (variable.starts_with(name)) return true;
    }
    return false;
}

bool same(const protocol::Limit& a, const protocol::Limit& b) {
    return a.resource == b.resource && a.soft == b.soft && a.hard == b.hard;
}

}  // namespace

Inherited inherited() {
    static const Inherited ours{.niceness = os::own_niceness(), .limits = protocol::limits_of()};
    return ours;
}

std::vector<std::string> service_environment(const SpawnPlace& place, const protocol::Caller& caller) {
    std::vector<std::string> environment;
    environment.reserve(caller.environment.size() + 3);
    for (const std::string& text : caller.environment) {
        auto variable = protocol::bytes_of_text(text);
        if (variable && !is_ours(*variable) && variable->find('\0') == std::string::npos) {
            environment.push_back(std::move(*variable));
        }
    }
    environment.push_back("PGCTL_SERVICE=" + place.service);
    environment.push_back("PGCTL_SCRATCH=" + place.scratch);
    environment.push_back("PGCTL_SERVICE_PROCESS=true");
    return environment;
}

protocol::SpawnPlan plan_spawn(const SpawnPlace& place, const protocol::Caller& caller,
                               const Inherited& inherited) {
    protocol::SpawnPlan plan{.directory = place.service,
                             .arguments = {"./run"},
                             .environment = service_environment(place, caller),
                             .output = place.output,
                             .umask = caller.umask & 0777,
                             .niceness = caller.niceness,
                             .set_niceness = caller.niceness != inherited.niceness};
    if (place.notification_fd) {
        plan.notification = place.notification;
        plan.notification_fd = *place.notification_fd;
    }
    for (const protocol::Limit& limit : caller.limits) {
        if (limit.resource < 0 || limit.resource >= RLIM_NLIMITS) continue;
        const auto equal = [&](const protocol::Limit& ours) { return same(limit, ours); };
        if (std::ranges::none_of(inherited.limits, equal)) plan.limits.push_back(limit);
    }
    return plan;
}

protocol::SpawnPlan plan_check(const SpawnPlace& place, const protocol::Caller& caller,
                               const Inherited& inherited) {
    protocol::SpawnPlan plan = plan_spawn(place, caller, inherited);
    plan.arguments = {"./ready"};
    plan.notification.clear();
    return plan;
}

std::optional<protocol::Caller> caller_of(const std::string& spawn_file) {
    const auto plan = protocol::inherited_in(spawn_file);
    if (!plan) return {};
    protocol::Caller caller{.umask = plan->umask, .niceness = plan->niceness, .limits = plan->limits};
    for (const std::string& variable : protocol::environment_in(spawn_file)) {
        if (!is_ours(variable)) caller.environment.push_back(protocol::text_of_bytes(variable));
    }
    return caller;
}

}  // namespace supervisor
