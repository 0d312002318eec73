#include "supervisor/requests.h"

#include <algorithm>

#include "config/service_name.h"
#include "os/clock.h"
#include "supervisor/await_end.h"
#include "supervisor/process_set.h"

namespace supervisor {

namespace {

constexpr std::chrono::seconds kKillTime{2};  // killed processes are gone long before
const os::Proc kProc;
constexpr size_t kBatch = 32;  // services started before reports are looked at again

config::Defaults defaults_of(const protocol::Defaults& defaults) {
    return {.timeout = defaults.timeout, .settle = defaults.settle, .tracing = defaults.tracing};
}

// A command that was killed holds nothing, even before its connection is seen to have ended.
bool command_lives(pid_t pid) {
    const auto stat = kProc.stat(pid);
    return stat && stat->state != 'Z' && stat->state != 'X';
}

// A hook of the command that holds something may do what that command could.
bool may_act_for(pid_t command, const std::vector<pid_t>& lineage) {
    return std::ranges::find(lineage, command) != lineage.end();
}

std::vector<pid_t> pids_of(const std::vector<os::ProcessId>& processes) {
    std::vector<pid_t> pids;
    for (const os::ProcessId& process : processes) pids.push_back(process.pid);
    return pids;
}

using ByService = std::map<std::string, std::vector<os::ProcessId>>;

std::vector<os::ProcessId> all_of(const ByService& services) {
    std::vector<os::ProcessId> all;
    for (const auto& [name, processes] : services) all.insert(all.end(), processes.begin(), processes.end());
    return all;
}

model::Duration as_duration(double seconds) {
    return std::chrono::duration_cast<model::Duration>(std::chrono::duration<double>(std::min(1e9, seconds)));
}

// Seconds. Whatever the time-out is, a life without a check has to have the time that proves it.
double patience(const config::ServiceSettings& settings) {
    const bool proves_readiness = settings.has_ready || settings.notification_fd;
    return proves_readiness ? settings.timeout_ready : std::max(settings.timeout_ready, 2 * settings.settle);
}

bool alive(const Service* service) {
    return service != nullptr && (std::holds_alternative<model::Running>(service->model().state) ||
                                  std::holds_alternative<model::Spawning>(service->model().state));
}

}  // namespace

std::expected<protocol::Held, protocol::Claimed> Requests::claim(Holder holder,
                                                                 const protocol::ClaimRequest& request,
                                                                 pid_t caller) {
    const std::vector<pid_t> lineage = kProc.lineage(caller);
    for (const std::string& name : request.services) {
        const auto held = claims_.find(name);
        if (held != claims_.end() && command_lives(held->second.pid) &&
            !may_act_for(held->second.pid, lineage))
            return std::unexpected(protocol::Claimed{.service = name, .pid = held->second.pid});
    }
    protocol::Held held;
    for (const std::string& name : request.services) {
        claims_[name] = {.holder = holder, .pid = request.pid};
        const Service* service = playground_.find(name);
        held.within = held.within || (service != nullptr && service->holds(lineage));
    }
    return held;
}

void Requests::let_go(Holder holder) {
    std::erase_if(claims_, [&](const auto& claim) { return claim.second.holder == holder; });
}

std::vector<std::string> Requests::held_by(Holder holder) const {
    std::vector<std::string> names;
    for (const auto& [name, claim] : claims_) {
        if (claim.holder == holder) names.push_back(name);
    }
    return names;
}

bool Requests::lost_all(Holder holder) const {
    const std::vector<std::string> held = held_by(holder);
    return !held.empty() &&
           std::ranges::all_of(held, [&](const auto& name) { return claims_.at(name).overtaken; });
}

bool Requests::restart_is_under_way() const {
    return std::ranges::any_of(claims_, [](const auto& claim) { return !claim.second.overtaken; });
}

bool Requests::was_overtaken(Holder holder, const std::string& service) const {
    const auto held = claims_.find(service);
    return held != claims_.end() && held->second.holder == holder && held->second.overtaken;
}

struct Requests::Start {
    protocol::StartRequest request;
    std::optional<bool> restart_with_force;                   // nothing: what is up stays up
    std::map<std::string, config::ServiceSettings> settings;  // of those that are not up yet, or not to stay
    std::shared_ptr<Operation> operation;
    Holder holder = nullptr;
    std::set<std::string> stopped;  // by another command, before it has begun
    ByService in_the_way;           // and not to be killed
};

void Requests::overtake(const std::vector<std::string>& services, pid_t caller) {
    const std::vector<pid_t> lineage = kProc.lineage(caller);
    for (const std::string& name : services) {
        const auto held = claims_.find(name);
        if (held != claims_.end() && !may_act_for(held->second.pid, lineage)) held->second.overtaken = true;
        for (const auto& start : clearing_) start->stopped.insert(name);
    }
}

std::expected<std::shared_ptr<Operation>, protocol::Complaint> Requests::start(
    Holder holder, const protocol::StartRequest& request, const Emit& emit) {
    return start(std::make_shared<Start>(Start{.request = request, .holder = holder}), emit);
}

std::expected<std::shared_ptr<Operation>, protocol::Complaint> Requests::restart(
    Holder holder, const protocol::RestartRequest& request, const Emit& emit) {
    return start(std::make_shared<Start>(Start{.request = {.services = request.services,
                                                           .shown_prefix = request.shown_prefix,
                                                           .force = request.force,
                                                           .caller = request.caller,
                                                           .defaults = request.defaults},
                                               .restart_with_force = request.force,
                                               .holder = holder}),
                 emit);
}

protocol::Complaint Requests::load_settings(Start& start) {
    protocol::Complaint complaint;
    for (const std::string& name : start.request.services) {
        if (const auto problem = config::problem_of_name(name)) {
            complaint.errors.push_back("a service's name is not valid: " + *problem);
            continue;
        }
        if (!start.restart_with_force && alive(playground_.find(name))) continue;
        auto settings =
            config::load_service_settings(playground_.path() + "/" + name, start.request.shown_prefix + name,
                                          defaults_of(start.request.defaults));
        if (settings) {
            start.settings[name] = *settings;
        } else {
            complaint.errors.insert(complaint.errors.end(), settings.error().begin(), settings.error().end());
        }
    }
    return complaint;
}

std::expected<std::shared_ptr<Operation>, protocol::Complaint> Requests::start(
    const std::shared_ptr<Start>& start, const Emit& emit) {
    if (auto complaint = load_settings(*start); !complaint.errors.empty())
        return std::unexpected(std::move(complaint));
    start->operation = std::make_shared<Operation>();
    start->operation->change = std::make_unique<Change>(
        loop_, Change::Goal::ready, start->request.shown_prefix,
        Change::Outlets{.emit = emit, .before_deadline = [this] { playground_.take_reports(); }});
    clear_way(start, emit);
    return start->operation;
}

// What lives outside of every keeper of a service that is down, or is kept from being started again by it.
Escaped::Found Requests::in_the_way(const std::string& name, pid_t caller) {
    const Service* const service = playground_.find(name);
    if (service == nullptr || service->down()) return playground_.escaped().of(name, caller);
    return {.processes = playground_.escaped().without_lineage(service->leftovers(), caller)};
}

// It is in the way of a start: killed where it escaped from us, and asked to end, as in a stop, where
// somebody is debugging it.
void Requests::clear_way(const std::shared_ptr<Start>& start, const Emit& emit) {
    ByService escaped, debugged;
    double patience = 0;  // seconds
    for (const std::string& name : start->request.services) {
        if (!start->request.defaults.tracing) continue;
        auto found = in_the_way(name, start->request.caller.pid);
        if (found.processes.empty()) continue;
        if (!start->request.force) {
            start->in_the_way[name] = std::move(found.processes);
            continue;
        }
        emit({.event = found.debugged ? "debugged" : "escaped",
              .service = name,
              .killed = !found.debugged,
              .processes = rows_of(kProc, pids_of(found.processes))});
        if (found.debugged) patience = std::max(patience, start->settings[name].timeout_stop);
        (found.debugged ? debugged : escaped)[name] = std::move(found.processes);
    }
    if (escaped.empty() && debugged.empty()) return begin(start);
    clearing_.insert(start);
    playground_.escaped().kill(all_of(escaped));
    playground_.escaped().terminate(all_of(debugged));
    const auto deadline = os::monotonic_now() + as_duration(patience);
    await_end(loop_, kProc, all_of(debugged), deadline, [this, start, escaped, debugged, emit] {
        for (const auto& [name, processes] : debugged) {
            const auto rows = rows_of(kProc, pids_of(playground_.escaped().alive(processes)));
            if (!rows.empty()) emit({.event = "runaway", .service = name, .killed = true, .processes = rows});
            playground_.escaped().kill(processes);
        }
        auto left = all_of(escaped), asked = all_of(debugged);
        left.insert(left.end(), asked.begin(), asked.end());
        await_end(loop_, kProc, left, os::monotonic_now() + kKillTime, [this, start] { begin(start); });
    });
}

void Requests::begin(const std::shared_ptr<Start>& start) {
    clearing_.erase(start);
    Change& change = *start->operation->change;
    playground_.memory_watch().look();
    const auto caller = playground_.callers().share(start->request.caller);
    size_t count = 0;
    for (const std::string& name : start->request.services) {
        Service& service = playground_.service(name);
        const auto settings = start->settings.find(name);
        const auto& applied = settings != start->settings.end() ? settings->second : service.settings();
        // A restart has to be asked for first: what runs until then is not the life that is awaited.
        const bool overtaken = was_overtaken(start->holder, name) || start->stopped.contains(name);
        base::Status asked;
        if (!overtaken && start->restart_with_force)
            asked = service.restart(caller, applied, *start->restart_with_force);
        change.await(service, patience(applied));
        if (overtaken) {
            change.overtaken(service);
            continue;
        }
        if (const auto left = start->in_the_way.find(name); left != start->in_the_way.end()) {
            change.runaway(service, rows_of(kProc, pids_of(left->second)), false);
            continue;
        }
        if (!start->restart_with_force) asked = service.start(caller, applied, start->request.force);
        if (!asked) {
            change.fail(service, asked.error().message());
            continue;
        }
        change.look(service);
        if (++count % kBatch == 0) playground_.take_reports();
    }
    start->operation->set_begun();
}

double Requests::stop_timeout(const Service& service, const protocol::StopRequest& request) const {
    const auto settings = config::load_service_settings(service.path(), request.shown_prefix + service.name(),
                                                        defaults_of(request.defaults));
    // A directory that was deleted or broken meanwhile must not keep its service from being stopped.
    return settings ? settings->timeout_stop : service.settings().timeout_stop;
}

std::shared_ptr<Operation> Requests::stop(const protocol::StopRequest& request, pid_t caller,
                                          const Emit& emit) {
    auto operation = std::make_shared<Operation>();
    operation->change = std::make_unique<Change>(
        loop_, Change::Goal::down, request.shown_prefix,
        Change::Outlets{.emit = emit, .before_deadline = [this] { playground_.take_reports(); }});
    overtake(request.services, caller);
    size_t count = 0;
    for (const std::string& name : request.services) {
        Service& service = playground_.service(name);
        operation->change->await(service, 0);
        if (!service.down())
            service.stop(request.force, stop_timeout(service, request), request.defaults.tracing);
        if (++count % kBatch == 0) playground_.take_reports();
    }
    stop_escaped(operation, request, caller);
    return operation;
}

// What carries the mark of a service that is down: asked to end, and killed at the deadline, like any of its
// processes.
void Requests::stop_escaped(const std::shared_ptr<Operation>& operation, const protocol::StopRequest& request,
                            pid_t caller) {
    const auto finish = [this, operation, request] {
        for (const std::string& name : request.services) operation->change->look(playground_.service(name));
        operation->set_begun();
    };
    ByService escaped;
    double patience = 0;  // seconds
    for (const std::string& name : request.services) {
        const Service& service = playground_.service(name);
        if (!request.defaults.tracing || !service.down()) continue;
        auto found = playground_.escaped().of(name, caller);
        if (found.processes.empty()) continue;
        patience = std::max(patience, stop_timeout(service, request));
        escaped[name] = std::move(found.processes);
    }
    const std::vector<os::ProcessId> all = all_of(escaped);
    if (all.empty()) return loop_.post(finish);
    if (request.force) playground_.escaped().terminate(all);
    const auto deadline = os::monotonic_now() + as_duration(patience);
    await_end(loop_, kProc, all, deadline, [this, operation, request, escaped, finish] {
        for (const auto& [name, processes] : escaped) {
            const auto rows = rows_of(kProc, pids_of(playground_.escaped().alive(processes)));
            if (!rows.empty()) operation->change->runaway(playground_.service(name), rows, request.force);
        }
        const auto left = playground_.escaped().alive(all_of(escaped));
        if (left.empty() || !request.force) return finish();
        playground_.escaped().kill(left);
        await_end(loop_, kProc, left, os::monotonic_now() + kKillTime, [this, operation, escaped, finish] {
            for (const auto& [name, processes] : escaped) {
                const auto rows = rows_with_obstacles(kProc, pids_of(playground_.escaped().alive(processes)));
                if (!rows.empty()) operation->change->unkillable(playground_.service(name), rows);
            }
            finish();
        });
    });
}

std::expected<protocol::Changes, protocol::Complaint> Requests::changes(
    const protocol::ChangesRequest& request) {
    protocol::Changes changes;
    protocol::Complaint complaint;
    for (const std::string& name : request.services) {
        const Service* service = playground_.find(name);
        if (service == nullptr || service->down()) continue;
        const auto settings = config::load_service_settings(service->path(), request.shown_prefix + name,
                                                            defaults_of(request.defaults));
        if (settings) {
            changes.services[name] = config::differences(service->settings(), *settings);
        } else {
            complaint.errors.insert(complaint.errors.end(), settings.error().begin(), settings.error().end());
        }
    }
    if (!complaint.errors.empty()) return std::unexpected(complaint);
    return changes;
}

}  // namespace supervisor
