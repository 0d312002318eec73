#include "model/service.h"

#include <fmt/format.h>

#include <algorithm>

namespace model {

namespace {

// Who was killed and is left after that is said to be unkillable.
constexpr Duration kKillTime = 2 * kKillAgain;
constexpr int kKilled = 9;  // SIGKILL, without asking an operating system for it

double in_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

Duration longest_check(const Policy& policy) {
    return std::max(kLongestCheck, policy.timeout_ready);
}

bool ended_well(const Service& service) {
    return service.last_exit && service.last_exit->success();
}

// One event on one service; each handler is a cell row of the table in service.h.
class Stepper {
  public:
    Stepper(Service& service, const Policy& policy, Time now)
        : service_(service), policy_(policy), now_(now) {}

    Actions take(const Event& event) {
        std::visit([this](const auto& e) { handle(e); }, event);
        return std::move(actions_);
    }

  private:
    template <class S>
    S* in() {
        return std::get_if<S>(&service_.state);
    }
    void act(Action action) { actions_.push_back(std::move(action)); }

    void handle(const WantUp& event) {
        const bool was_wanted = service_.wanted == Wanted::up;
        service_.wanted = Wanted::up;
        if (!was_wanted) forget_the_past();
        if (in<Down>()) return spawn();
        if (auto* stopping = in<Stopping>()) {
            stopping->by_itself = false;
            // What a stop without force has left over is in the way of a new life.
            if (stopping->overdue) join_stop(*stopping, event.force);
            return;
        }
        // Whoever asks again has perhaps mended what could not be executed.
        auto* resting = in<Resting>();
        if (resting == nullptr) return;
        if (resting->held) return event.blocked ? void() : let_go(*resting);
        if (resting->could_not_execute) spawn();
    }

    void handle(const WantDown& event) {
        service_.wanted = Wanted::down;
        if (const auto* running = in<Running>()) return stop(running->pid, running->since, event.force);
        if (const auto* spawning = in<Spawning>()) {
            service_.state = Stopping{.since = spawning->since,
                                      .deadline = now_ + policy_.timeout_stop,
                                      .force = event.force,
                                      .spawn_pending = true};
            return;
        }
        if (const auto* resting = in<Resting>()) return resting->set_empty ? drain() : clear(event.force);
        if (auto* stopping = in<Stopping>()) join_stop(*stopping, event.force);
    }

    // In one step, so that no moment is left in which a successor would find it wanted down.
    void handle(const Restart& event) {
        handle(WantDown{.force = event.force});
        handle(WantUp{});
        if (auto* stopping = in<Stopping>()) stopping->by_itself = true;
    }

    void handle(const Spawned& event) {
        service_.failed_spawns = 0;
        if (auto* stopping = in<Stopping>(); stopping && stopping->spawn_pending) {
            stopping->spawn_pending = false;
            stopping->pid = event.pid;
            stopping->since = began(event);
            stopping->deadline = now_ + policy_.timeout_stop;
            return act(TerminateMain{});
        }
        if (in<Spawning>()) run(event.pid, began(event));
    }

    void handle(const SpawnFailed& event) {
        ++service_.failed_spawns;
        if (auto* stopping = in<Stopping>(); stopping && stopping->spawn_pending) {
            stopping->spawn_pending = false;
            if (event.set_empty) return set_is_empty();
            if (stopping->force) act(TerminateSet{});
            return;
        }
        if (!in<Spawning>()) return;
        service_.last_exit.reset();
        if (event.shortage) {
            service_.state =
                Resting{.since = now_, .until = now_ + kShortagePause, .set_empty = event.set_empty};
            return;
        }
        const auto doubled = kSpacing * (1 << std::min(service_.failed_spawns - 1, 4U));
        service_.state = Resting{.since = now_,
                                 .until = now_ + std::min<Duration>(doubled, kLongestBackoff),
                                 .set_empty = event.set_empty,
                                 .could_not_execute = true};
    }

    void handle(const MainEnded& event) {
        service_.last_exit = event.status;
        if (auto* stopping = in<Stopping>()) {
            stopping->pid.reset();
            if (event.set_empty) return set_is_empty();
            // Nobody is left who would ask the others to end.
            if (stopping->force && !stopping->killed) act(TerminateSet{});
            return;
        }
        if (in<Running>() && rest(event.set_empty).until <= now_) spawn();
    }

    void handle(const SetEmpty&) {
        if (auto* resting = in<Resting>()) become_empty(*resting);
        if (auto* stopping = in<Stopping>(); stopping && !stopping->spawn_pending) set_is_empty();
    }

    void handle(const Drained& event) {
        auto* draining = in<Draining>();
        if (draining == nullptr) return;
        if (event.complete) return after_drain();
        draining->again = now_ + kDrainAgain;
    }

    void handle(const CheckEnded& event) {
        auto* running = in<Running>();
        if (!running || !running->check_began) return;
        running->check_began.reset();
        event.passed ? check_passed(*running) : check_failed(*running);
    }

    void handle(const PollBegun&) {
        auto* running = in<Running>();
        if (running && policy_.has_check && !running->check_began && !was_proven(*running))
            begin_check(*running);
    }

    void handle(const CheckImpossible&) {
        auto* running = in<Running>();
        if (!running || !running->check_began) return;
        running->check_began.reset();
        schedule(*running, now_ + kShortagePause);
    }

    void handle(const Notified&) {
        auto* running = in<Running>();
        if (!running || !policy_.has_notification) return;
        // Where there is a check too, it alone proves readiness; the service's word hastens it.
        if (!policy_.has_check) return become_ready(*running);
        if (!running->ready_since && !running->check_began) schedule(*running, now_);
    }

    void handle(const TimePassed& event) {
        put_off_time_out(event.lost);
        if (auto* running = in<Running>()) return time_passed(*running);
        if (const auto* resting = in<Resting>(); resting && !resting->held && resting->until <= now_)
            return spawn();
        if (auto* stopping = in<Stopping>()) return time_passed(*stopping);
        if (auto* draining = in<Draining>()) time_passed(*draining);
    }

    void handle(const Standing& event) {
        if (event.pid == 0) return stands_without_main(event);
        service_.failed_spawns = 0;
        if (auto* running = in<Running>(); running && running->pid == event.pid) {
            // A check that was under way ended with the supervisor that ran it.
            if (policy_.has_check && !running->check_began) schedule(*running, first_check(*running));
            return;
        }
        if (auto* stopping = in<Stopping>()) {
            stopping->pid = event.pid;
            stopping->spawn_pending = false;
            return act(TerminateMain{});
        }
        run(event.pid, now_);
        if (service_.wanted == Wanted::down) handle(WantDown{});
    }

    void stands_without_main(const Standing& event) {
        if (in<Running>()) return handle(MainEnded{.status = event.status, .set_empty = event.set_empty});
        if (in<Spawning>()) return handle(SpawnFailed{.set_empty = event.set_empty});
        if (auto* stopping = in<Stopping>()) {
            stopping->spawn_pending = false;
            return handle(MainEnded{.status = event.status, .set_empty = event.set_empty});
        }
        if (auto* resting = in<Resting>()) {
            if (event.set_empty) return become_empty(*resting);
            resting->set_empty = false;
        }
        if (in<Draining>()) act(Drain{});
        if (in<Down>() && service_.wanted == Wanted::up) spawn();
    }

    void handle(const NothingLeft&) {
        if (in<Draining>()) return act(Drain{});  // whom an earlier supervisor had told may have gone as well
        if (in<Stopping>()) return set_is_empty();
        if (in<Running>()) return handle(MainEnded{.status = base::ExitStatus::signalled(kKilled)});
        if (auto* resting = in<Resting>(); resting && service_.wanted == Wanted::up)
            return become_empty(*resting);
        if (service_.wanted == Wanted::up && (in<Down>() || in<Spawning>())) spawn();
        if (service_.wanted == Wanted::down && (in<Spawning>() || in<Resting>())) drain();
    }

    // What is left may be the server itself: another one beside it would be a second copy.
    void handle(const LeftOver&) {
        if (in<Running>()) {
            service_.last_exit = base::ExitStatus::signalled(kKilled);
            rest(false);
        }
        auto* resting = in<Resting>();
        if (resting == nullptr) return;
        resting->set_empty = false;
        resting->held = service_.wanted == Wanted::up;
    }

    void put_off_time_out(Duration lost) {
        if (auto* running = in<Running>(); running && running->check_began) *running->check_began += lost;
        if (auto* draining = in<Draining>()) draining->until += lost;
        auto* stopping = in<Stopping>();
        if (stopping == nullptr) return;
        stopping->deadline += lost;
        if (stopping->killed) *stopping->killed += lost;
    }

    void time_passed(Draining& draining) {
        if (draining.until <= now_) {
            // For a life that follows, it waits.
            if (service_.wanted == Wanted::down) act(LeaveOutput{});
            return after_drain();
        }
        if (!draining.again || *draining.again > now_) return;
        draining.again.reset();
        act(Drain{});
    }

    void time_passed(Running& running) {
        if (!policy_.proves_readiness() && running.since + policy_.settle <= now_) become_ready(running);
        if (running.next_check && *running.next_check <= now_) begin_check(running);
        const Duration limit = longest_check(policy_);
        if (running.check_began && *running.check_began + limit <= now_) {
            act(EndCheck{});
            act(Say{fmt::format("pgctl-poll-ready: ./ready did not end within {:.2f} seconds -- killed it",
                                in_seconds(limit))});
            running.check_began.reset();
            check_failed(running);
        }
    }

    void time_passed(Stopping& stopping) {
        if (stopping.killed) {
            if (now_ < stopping.kill_again) return;
            stopping.kill_again = now_ + kKillAgain;
            act(KillSet{.first = false});
            if (now_ >= *stopping.killed + kKillTime) act(GiveUp{.killed = true});
            return;
        }
        if (stopping.overdue || stopping.spawn_pending || now_ < stopping.deadline) return;
        if (!stopping.force) {
            stopping.overdue = true;
            return act(GiveUp{});
        }
        stopping.killed = now_;
        stopping.kill_again = now_ + kKillAgain;
        act(KillSet{});
    }

    void forget_the_past() {
        service_.restarts = 0;
        service_.failed_spawns = 0;
        if (!in<Stopping>()) service_.last_exit.reset();
    }

    void spawn() {
        ++service_.generation;
        service_.last_spawn = now_;
        service_.state = Spawning{.since = now_};
        act(Spawn{});
    }

    // After a life that ended by itself.
    Resting& rest(bool set_empty) {
        if (in<Running>()->check_began) act(EndCheck{});
        ++service_.restarts;
        service_.state =
            Resting{.since = now_, .until = service_.last_spawn + kSpacing, .set_empty = set_empty};
        return std::get<Resting>(service_.state);
    }

    void become_empty(Resting& resting) {
        resting.set_empty = true;
        if (resting.held) let_go(resting);
    }

    void let_go(Resting& resting) {
        resting.held = false;
        if (resting.until <= now_) spawn();
    }

    // When we come to read of it may be much later.
    [[nodiscard]] Time began(const Spawned& event) const {
        return event.at == Time() ? now_ : std::clamp(event.at, std::min(service_.last_spawn, now_), now_);
    }

    void run(int pid, Time since) {
        service_.state = Running{.pid = pid, .since = since};
        auto& running = std::get<Running>(service_.state);
        if (policy_.has_check && policy_.has_helper) schedule(running, first_check(running));
        if (policy_.has_check && !policy_.has_helper) begin_check(running);
        if (!policy_.proves_readiness() && policy_.settle == Duration::zero()) become_ready(running);
    }

    void stop(int pid, Time since, bool force) {
        if (policy_.has_check) act(Say{"pgctl-poll-ready: service is stopping -- quitting the poll"});
        if (std::get<Running>(service_.state).check_began) act(EndCheck{});
        service_.state =
            Stopping{.pid = pid, .since = since, .deadline = now_ + policy_.timeout_stop, .force = force};
        act(TerminateMain{});
    }

    // The main process has gone already; what is left of earlier lives has to go too.
    void clear(bool force) {
        service_.state = Stopping{.since = now_, .deadline = now_ + policy_.timeout_stop, .force = force};
        if (force) act(TerminateSet{});
    }

    void join_stop(Stopping& stopping, bool force) {
        if (!stopping.overdue) {
            const bool others_were_spared = !stopping.force && !stopping.pid && !stopping.spawn_pending;
            stopping.force = stopping.force || force;
            if (force && others_were_spared) act(TerminateSet{});
            return;
        }
        stopping.overdue = false;
        stopping.force = force;
        stopping.deadline = now_ + policy_.timeout_stop;
        if (stopping.pid) return act(TerminateMain{});
        if (force) act(TerminateSet{});
    }

    void set_is_empty() {
        if (service_.wanted == Wanted::down) return drain();
        // It was asked to end, so how it ended says nothing of the life that follows.
        service_.last_exit.reset();
        const auto* stopping = in<Stopping>();
        const Time until = service_.last_spawn + kSpacing;
        if (stopping == nullptr || !stopping->by_itself || until <= now_) return spawn();
        service_.state = Resting{.since = now_, .until = until};
    }

    void drain() {
        service_.state = Draining{.until = now_ + kDrainTime};
        act(Drain{});
    }

    void after_drain() {
        if (service_.wanted == Wanted::up) return spawn();
        service_.state = Down{};
        service_.last_exit.reset();
        act(Release{});
    }

    static bool was_proven(const Running& running) { return running.ready_since || running.failing_since; }

    // A ./run that prepares something before pgctl-poll-ready is not asked too early. Some never come there,
    // whatever they name.
    [[nodiscard]] Time first_check(const Running& running) const {
        if (!policy_.has_helper || was_proven(running)) return now_;
        return std::max(now_, running.since + policy_.timeout_ready * 3 / 4);
    }

    static void schedule(Running& running, Time at) { running.next_check = at; }

    void begin_check(Running& running) {
        running.next_check.reset();
        running.check_began = now_;
        act(BeginCheck{});
    }

    void become_ready(Running& running) {
        if (!running.ready_since) running.ready_since = now_;
    }

    void check_passed(Running& running) {
        if (!running.ready_since) act(Say{"pgctl-poll-ready: service's ready check succeeded"});
        become_ready(running);
        running.failing_since.reset();
        schedule(running, now_ + policy_.poll_down);
    }

    void check_failed(Running& running) {
        if (!running.ready_since && !running.failing_since)
            return schedule(running, now_ + policy_.poll_ready);
        if (!running.failing_since) running.failing_since = now_;
        running.ready_since.reset();  // it is not proven any more
        const Time limit = *running.failing_since + policy_.timeout_ready;
        if (now_ < limit) {
            act(Say{fmt::format("pgctl-poll-ready: failed (restarting in {:.2f} seconds)",
                                in_seconds(limit - now_))});
            return schedule(running, std::min(now_ + policy_.poll_down, limit));
        }
        act(Say{fmt::format(
            "pgctl-poll-ready: failed for more than {:.2f} seconds -- we are restarting this service for you",
            in_seconds(policy_.timeout_ready))});
        ++service_.restarts;
        stop(running.pid, running.since, true);
        std::get<Stopping>(service_.state).by_itself = true;
    }

    Service& service_;
    const Policy& policy_;
    Time now_;
    Actions actions_;
};

struct WakeAt {
    const Policy& policy;

    std::optional<Time> operator()(const Down&) const { return {}; }
    std::optional<Time> operator()(const Spawning&) const { return {}; }
    std::optional<Time> operator()(const Running& s) const {
        if (s.next_check) return s.next_check;
        if (s.check_began) return *s.check_began + longest_check(policy);
        if (!policy.proves_readiness() && !s.ready_since) return s.since + policy.settle;
        return {};
    }
    std::optional<Time> operator()(const Resting& s) const {
        return s.held ? std::nullopt : std::optional(s.until);
    }
    std::optional<Time> operator()(const Stopping& s) const {
        if (s.killed) return s.kill_again;
        if (s.overdue || s.spawn_pending) return {};
        return s.deadline;
    }
    std::optional<Time> operator()(const Draining& s) const {
        return s.again ? std::min(*s.again, s.until) : s.until;
    }
};

}  // namespace

Actions step(Service& service, const Policy& policy, const Event& event, Time now) {
    return Stepper(service, policy, now).take(event);
}

std::optional<Time> wake_at(const Service& service, const Policy& policy) {
    return std::visit(WakeAt{policy}, service.state);
}

std::optional<Time> time_out(const Service& service, const Policy& policy) {
    if (const auto* running = std::get_if<Running>(&service.state); running && running->check_began)
        return *running->check_began + longest_check(policy);
    if (const auto* draining = std::get_if<Draining>(&service.state)) return draining->until;
    const auto* stopping = std::get_if<Stopping>(&service.state);
    if (stopping == nullptr || stopping->overdue || stopping->spawn_pending) return {};
    return stopping->killed ? *stopping->killed + kKillTime : stopping->deadline;
}

bool is_ready(const Service& service, const Policy& policy) {
    // A ./run that ends with 0 again and again is a service that does its work in short runs.
    const bool keeps_succeeding = ended_well(service) && !policy.proves_readiness();
    if (const auto* running = std::get_if<Running>(&service.state))
        return running->ready_since || keeps_succeeding;
    if (std::holds_alternative<Spawning>(service.state)) return keeps_succeeding;
    if (std::holds_alternative<Resting>(service.state)) return keeps_succeeding && !is_held(service);
    return false;
}

bool is_spawning(const Service& service) {
    const auto* stopping = std::get_if<Stopping>(&service.state);
    return std::holds_alternative<Spawning>(service.state) ||
           (stopping != nullptr && stopping->spawn_pending);
}

bool is_held(const Service& service) {
    const auto* resting = std::get_if<Resting>(&service.state);
    return resting != nullptr && resting->held;
}

bool is_down(const Service& service) {
    return service.wanted == Wanted::down && std::holds_alternative<Down>(service.state);
}

}  // namespace model
