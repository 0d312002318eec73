#include "supervisor/requests.h"

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
    return {.timeout = defaults.timeout, .settle = defaults.settle};
}

// A command that was killed holds nothing, even before its connection is seen to have ended.
bool command_lives(pid_t pid) {
    const auto stat = kProc.stat(pid);
    return stat && stat->state != 'Z' && stat->state != 'X';
}

bool alive(const Service* service) {
    return service != nullptr && (std::holds_alternative<model::Running>(service->model().state) ||
                                  std::holds_alternative<model::Spawning>(service->model().state));
}

}  // namespace

std::expected<void, protocol::Claimed> Requests::claim(Holder holder, const protocol::ClaimRequest& request) {
    for (const std::string& name : request.services) {
        const auto held = claims_.find(name);
        if (held != claims_.end() && command_lives(held->second.pid))
            return std::unexpected(protocol::Claimed{.service = name, .pid = held->second.pid});
    }
    for (const std::string& name : request.services) claims_[name] = {.holder = holder, .pid = request.pid};
    return {};
}

void Requests::let_go(Holder holder) {
    std::erase_if(claims_, [&](const auto& claim) { return claim.second.holder == holder; });
}

void Requests::overtake(Holder holder, const std::string& service) {
    const auto held = claims_.find(service);
    if (held != claims_.end() && held->second.holder != holder) held->second.overtaken = true;
}

bool Requests::was_overtaken(Holder holder, const std::string& service) const {
    const auto held = claims_.find(service);
    return held != claims_.end() && held->second.holder == holder && held->second.overtaken;
}

struct Requests::Start {
    protocol::StartRequest request;
    std::map<std::string, config::ServiceSettings> settings;  // of those that are not up yet
    std::shared_ptr<Operation> operation;
    Holder holder = nullptr;
};

std::expected<std::shared_ptr<Operation>, protocol::Complaint> Requests::start(
    Holder holder, const protocol::StartRequest& request, const Emit& emit) {
    auto start = std::make_shared<Start>(Start{.request = request, .holder = holder});
    protocol::Complaint complaint;
    for (const std::string& name : request.services) {
        if (const auto problem = config::problem_of_name(name)) {
            complaint.errors.push_back("a service's name is not valid: " + *problem);
            continue;
        }
        if (alive(playground_.find(name))) continue;
        auto settings = config::load_service_settings(
            playground_.path() + "/" + name, request.shown_prefix + name, defaults_of(request.defaults));
        if (settings) {
            start->settings[name] = *settings;
        } else {
            complaint.errors.insert(complaint.errors.end(), settings.error().begin(), settings.error().end());
        }
    }
    if (!complaint.errors.empty()) return std::unexpected(complaint);

    start->operation = std::make_shared<Operation>();
    start->operation->change = std::make_unique<Change>(
        loop_, Change::Goal::ready, request.shown_prefix,
        Change::Outlets{.emit = emit, .before_deadline = [this] { playground_.take_reports(); }});
    std::vector<os::ProcessId> left;
    for (const auto& [name, settings] : start->settings) {
        const Service* service = playground_.find(name);
        if (!request.defaults.tracing || (service != nullptr && !service->down())) continue;
        const auto escaped = playground_.escaped().of(name, request.caller.pid);
        if (escaped.empty()) continue;
        std::vector<pid_t> pids;
        for (const os::ProcessId& process : escaped) pids.push_back(process.pid);
        emit({.event = "escaped", .service = name, .killed = true, .processes = rows_of(kProc, pids)});
        left.insert(left.end(), escaped.begin(), escaped.end());
    }
    if (left.empty()) {
        begin(start);
    } else {
        playground_.escaped().kill(left);
        await_end(loop_, kProc, left, os::monotonic_now() + kKillTime, [this, start] { begin(start); });
    }
    return start->operation;
}

void Requests::begin(const std::shared_ptr<Start>& start) {
    Change& change = *start->operation->change;
    size_t count = 0;
    for (const std::string& name : start->request.services) {
        Service& service = playground_.service(name);
        const auto settings = start->settings.find(name);
        const auto& applied = settings != start->settings.end() ? settings->second : service.settings();
        change.await(service, applied.timeout_ready);
        if (was_overtaken(start->holder, name)) {
            change.fail(service, "a stop overtook it");
            continue;
        }
        if (const auto started = service.start(start->request.caller, applied); !started) {
            change.fail(service, started.error().message());
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

std::shared_ptr<Operation> Requests::stop(Holder holder, const protocol::StopRequest& request, pid_t caller,
                                          const Emit& emit) {
    auto operation = std::make_shared<Operation>();
    operation->change = std::make_unique<Change>(
        loop_, Change::Goal::down, request.shown_prefix,
        Change::Outlets{.emit = emit, .before_deadline = [this] { playground_.take_reports(); }});
    size_t count = 0;
    for (const std::string& name : request.services) {
        overtake(holder, name);
        Service& service = playground_.service(name);
        operation->change->await(service, 0);
        if (!service.down()) service.stop(request.force, stop_timeout(service, request));
        if (++count % kBatch == 0) playground_.take_reports();
    }
    stop_escaped(operation, request, caller, emit);
    return operation;
}

// What carries the mark of a service that is down: asked to end, and killed at the deadline, like any of its
// processes.
void Requests::stop_escaped(const std::shared_ptr<Operation>& operation, const protocol::StopRequest& request,
                            pid_t caller, const Emit& emit) {
    const auto finish = [this, operation, request] {
        for (const std::string& name : request.services) operation->change->look(playground_.service(name));
        operation->set_begun();
    };
    std::map<std::string, std::vector<os::ProcessId>> escaped;
    std::vector<os::ProcessId> all;
    for (const std::string& name : request.services) {
        if (!request.defaults.tracing || !playground_.service(name).down()) continue;
        auto processes = playground_.escaped().of(name, caller);
        if (processes.empty()) continue;
        all.insert(all.end(), processes.begin(), processes.end());
        escaped[name] = std::move(processes);
    }
    if (all.empty()) return loop_.post(finish);
    if (request.force) playground_.escaped().terminate(all);
    const auto timeout = std::chrono::duration_cast<model::Duration>(
        std::chrono::duration<double>(std::min(1e9, request.defaults.timeout)));
    await_end(
        loop_, kProc, all, os::monotonic_now() + timeout, [this, operation, request, escaped, emit, finish] {
            std::vector<os::ProcessId> left;
            for (const auto& [name, processes] : escaped) {
                std::vector<pid_t> pids;
                for (const os::ProcessId& process : processes) {
                    if (!os::Process::open(kProc, process)) continue;
                    pids.push_back(process.pid);
                    left.push_back(process);
                }
                if (pids.empty()) continue;
                operation->change->runaway(playground_.service(name), rows_of(kProc, pids), request.force);
            }
            if (left.empty() || !request.force) return finish();
            playground_.escaped().kill(left);
            await_end(loop_, kProc, left, os::monotonic_now() + kKillTime, finish);
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
