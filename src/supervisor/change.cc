#include "supervisor/change.h"

#include <unistd.h>

#include <algorithm>

#include "os/clock.h"
#include "protocol/starter.h"

namespace supervisor {

namespace {

double in_seconds(model::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

bool between_lives(const model::Service& service) {
    return std::holds_alternative<model::Stopping>(service.state) ||
           std::holds_alternative<model::Draining>(service.state);
}

bool could_not_execute(const model::Service& service) {
    const auto* resting = std::get_if<model::Resting>(&service.state);
    return resting != nullptr && resting->could_not_execute;
}

}  // namespace

Change::Change(Loop& loop, Goal goal, std::string shown_prefix, Outlets outlets)
    : goal_(goal),
      shown_prefix_(std::move(shown_prefix)),
      outlets_(std::move(outlets)),
      timer_(loop, [this] { time_passed(); }) {}

Change::~Change() {
    for (auto& [service, waiting] : waiting_) service->forget(this);
}

void Change::await(Service& service, double timeout) {
    Waiting& waiting = waiting_[&service];
    waiting.timeout = std::min(timeout, 1e9);
    waiting.generation = service.model().generation;
    if (goal_ == Goal::down || !between_lives(service.model())) begin(waiting);
    service.observe(this);
}

void Change::begin(Waiting& waiting) {
    waiting.began = os::monotonic_now();
    if (goal_ == Goal::down) return;  // there the service itself has a deadline
    const auto timeout =
        std::chrono::duration_cast<model::Duration>(std::chrono::duration<double>(waiting.timeout));
    waiting.deadline.emplace(timeout, *waiting.began);
    if (!lost_time_) {
        lost_time_.emplace().begin(proc_, {::getpid(), protocol::starter()});
        lost_time_->add(os::monotonic_now() - *waiting.began);
    }
    arm(waiting.deadline->at());
}

void Change::stepped(Service& service) {
    const auto found = waiting_.find(&service);
    if (found == waiting_.end()) return;
    goal_ == Goal::ready ? look_for_ready(service, found->second) : look_for_down(service, found->second);
}

void Change::look_for_ready(Service& service, Waiting& waiting) {
    const model::Service& model = service.model();
    if (model.wanted == model::Wanted::down) {
        return overtaken(service);
    }
    if (!waiting.began && model.generation != waiting.generation) begin(waiting);
    if (waiting.deadline) waiting.deadline->look(model);
    if (service.ready()) return decide(service, {.event = "started"});
    if (could_not_execute(model)) decide(service, {.event = "failed", .reason = standing(service)});
}

void Change::look_for_down(Service& service, const Waiting& waiting) {
    // A start that came after this stop has begun another life: in between, it was down.
    if (service.down() || service.model().generation != waiting.generation)
        decide(service, {.event = "stopped"});
}

std::string Change::standing(const Service& service) const {
    std::string text = "its status is " + model::in_words(service.status());
    if (!service.spawn_error().empty())
        text += ": " + shown_prefix_ + service.name() + "/run: " + service.spawn_error();
    else if (!service.check_error().empty())
        text += ": " + service.check_error();
    return text;
}

void Change::decide(Service& service, protocol::Event event) {
    const auto found = waiting_.find(&service);
    if (found == waiting_.end()) return;
    event.service = service.name();
    event.seconds = found->second.began ? in_seconds(os::monotonic_now() - *found->second.began) : 0;
    waiting_.erase(found);
    service.forget(this);
    outlets_.emit(std::move(event));
}

void Change::overtaken(Service& service) {
    decide(service, {.event = "overtaken", .reason = "a stop overtook it"});
}

void Change::fail(Service& service, const std::string& reason) {
    decide(service, {.event = "failed", .reason = reason});
}

void Change::runaway(Service& service, const std::vector<protocol::ProcessRow>& rows, bool killed) {
    if (goal_ == Goal::ready) {
        // What an earlier stop has left over is in the way of the start.
        if (killed)
            return outlets_.emit(
                {.event = "escaped", .service = service.name(), .killed = true, .processes = rows});
    }
    if (killed)
        return outlets_.emit(
            {.event = "runaway", .service = service.name(), .killed = true, .processes = rows});
    decide(service,
           {.event = "failed", .reason = "these runaway processes did not stop:", .processes = rows});
}

void Change::output_waits(Service& service, size_t bytes, const std::string& reason) {
    std::string text = "WARNING: " + shown_prefix_ + service.name() + "/logs/current";
    text += reason.empty() ? " could not be written in time" : ": " + reason;
    outlets_.emit({.event = "notice",
                   .service = service.name(),
                   .reason = text + "; the last " + std::to_string(bytes) +
                             " bytes of its output wait, and are lost if the logger ends first, as it does "
                             "once everything is stopped"});
}

void Change::unkillable(Service& service, const std::vector<protocol::ProcessRow>& rows) {
    decide(service, {.event = "failed",
                     .reason = "these processes were killed and have not ended:",
                     .killed = true,
                     .processes = rows});
}

std::vector<Service*> Change::late(model::Time now) const {
    std::vector<Service*> late;
    for (const auto& [service, waiting] : waiting_) {
        if (waiting.deadline && waiting.deadline->at() <= now) late.push_back(service);
    }
    return late;
}

// First what time it is, then what was lost and then what has happened: what we were not let run in between
// is counted, and who was let has told.
void Change::time_passed() {
    armed_.reset();
    const model::Time now = os::monotonic_now();
    const model::Duration lost = lost_time_->take(proc_, {::getpid(), protocol::starter()});
    for (auto& [service, waiting] : waiting_) {
        if (waiting.deadline) waiting.deadline->put_off(lost);
    }
    outlets_.before_deadline();
    for (Service* service : late(now)) service->catch_up();
    for (Service* service : late(now)) judge(*service);
    for (const auto& [service, waiting] : waiting_) {
        if (waiting.deadline) arm(waiting.deadline->at());
    }
}

void Change::judge(Service& service) {
    Waiting& waiting = waiting_.at(&service);
    // Nothing is known of a life whose keeper has not told of it, or whose check has not, unless they have
    // had their time as well.
    const model::Duration lost = model::is_spawning(service.model())
                                     ? waiting.keeper.take(proc_, {service.keeper()})
                                     : waiting.checks.take(proc_, service.check());
    if (lost == model::Duration::zero()) return fail(service, standing(service));
    waiting.deadline->put_off(os::monotonic_now() - waiting.deadline->at() + lost);
}

void Change::arm(model::Time deadline) {
    if (armed_ && *armed_ <= deadline) return;
    armed_ = deadline;
    timer_.set(deadline);
}

}  // namespace supervisor
