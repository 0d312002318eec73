// `pgctl stop`: the services and all their processes end, also those that have escaped an earlier supervisor.

#include <algorithm>

#include "base/text.h"
#include "cli/change.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/hooks.h"
#include "cli/output.h"
#include "cli/steps.h"
#include "os/inherited.h"
#include "protocol/marked.h"

namespace cli {

namespace {

bool all_down(const Services& services, const Standing& standing) {
    return std::ranges::all_of(
        services, [&](const auto& service) { return standing.of(service) == model::ServiceStatus(); });
}

void tell_of_loggers(const Services& services) {
    if (services.empty()) return;
    std::string text;
    text += message("Stopping logger for: " + base::join(names_of(services), ", "));
    for (const auto& service : services) text += message("Stopped logger for: " + service.name);
    say(text);
}

int run_post_stop(Session& session, const ChangeResult& result) {
    for (const auto& [playground, end] : result.ends) {
        if (!end.last) continue;
        const auto ran = run_hook(kPostStop, playground, session.surroundings);
        if (!ran) return complain(ran.error().message());
    }
    return 0;
}

int end_failed_stop(const ChangeResult& result) {
    int code = 0;
    for (const Refusal& refusal : result.refusals) code = refuse(refusal);
    if (result.failed.empty() && result.overtaken.empty()) return code;
    if (!result.failed.empty()) show_logs(result.failed);
    return report_failures(Direction::stop, result.failed, result.overtaken);
}

void tell_already_stopped(const Session& session, const Services& services, const StopWishes& wishes) {
    const std::vector<std::string> names = names_of(services);
    say(message(already_text(Direction::stop, names)));
    if (!session.settings.verbose || !wishes.loggers_too) return;
    say(message("Already stopped logger for: " + base::join(names, ", ")));
}

// What is down may be about to be started, by a restart whose hook runs for example, or where something is
// still in the way of a start.
void overtake(Session& session, const Services& services) {
    for (const Share& share : shares_of(services))
        session.playgrounds.client(share.playground).overtake(share.names);
}

// A supervisor may be ending, after a start that failed for example.
void await_end(Session& session, const Services& services) {
    for (const Share& share : shares_of(services)) session.playgrounds.client(share.playground).await_end();
}

}  // namespace

bool something_escaped(const Session& session, const Services& services) {
    if (!session.settings.environment_process_tracing) return false;
    const os::Proc proc;
    const auto callers = proc.lineage(os::own_pid());
    for (const Share& share : shares_of(services)) {
        const auto marked = protocol::marked_processes_patiently(proc, share.playground);
        if (!marked.complete) return true;
        for (const std::string& name : share.names) {
            const auto found = marked.processes.find(share.playground + "/" + name);
            if (found == marked.processes.end()) continue;
            for (const auto& process : found->second) {
                if (std::ranges::find(callers, process.pid) == callers.end()) return true;
            }
        }
    }
    return false;
}

int stop_services(Session& session, const Services& services, const StopWishes& wishes) {
    const auto standing = session.playgrounds.standing(services);
    if (!standing) return refuse(standing.error());
    const bool down = all_down(services, *standing);
    if (down && !something_escaped(session, services)) {
        overtake(session, services);
        tell_already_stopped(session, services, wishes);
        if (wishes.await_end) await_end(session, services);
        return 0;
    }
    say(message(changing_text(Direction::stop, names_of(services))));
    const ChangeResult result =
        change(session, {.direction = Direction::stop, .even_if_nothing_runs = down}, services);
    if (wishes.await_end) {
        for (const auto& [playground, end] : result.ends) {
            if (end.last) session.playgrounds.client(playground).await_end();
        }
    }
    if (session.settings.verbose && wishes.loggers_too) tell_of_loggers(result.changed);
    const int hook = run_post_stop(session, result);
    return result.complete() ? hook : end_failed_stop(result);
}

int stop(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    return stop_services(session, *services, {});
}

}  // namespace cli
