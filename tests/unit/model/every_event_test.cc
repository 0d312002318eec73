// Every event meets a service in every state it can be in: 19 events, and of each state all variants that
// matter. The expectations are written out by hand, as the table at the top of model/service.h and the
// contract say. A row lists the cells in which something happens; in all others nothing may.

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "model/service.h"
#include "shown.h"

using namespace std::chrono_literals;
using namespace model;

namespace {

constexpr Time now = 1000s;

struct Cell {
    std::string changes;  // as shown::changes() tells them
    std::string actions;

    bool operator==(const Cell&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Cell& cell) {
    return out << "changes \"" << cell.changes << "\", actions \"" << cell.actions << "\"";
}

using Row = std::map<std::string, Cell>;

const std::map<std::string, Event>& every_event() {
    static const base::ExitStatus three = base::ExitStatus::exited(3);
    static const std::map<std::string, Event> events = {
        {"start", WantUp{}},
        {"stop", WantDown{}},
        {"stop without force", WantDown{.force = false}},
        {"spawned", Spawned{.pid = 13}},
        {"not spawned", SpawnFailed{}},
        {"not spawned, others left", SpawnFailed{.set_empty = false}},
        {"ended", MainEnded{.status = three}},
        {"ended, others left", MainEnded{.status = three, .set_empty = false}},
        {"empty", SetEmpty{}},
        {"drained", Drained{}},
        {"passed", CheckEnded{.passed = true}},
        {"failed", CheckEnded{.passed = false}},
        {"notified", Notified{}},
        {"time", TimePassed{}},
        {"stands", Standing{.pid = 12}},
        {"stands anew", Standing{.pid = 13}},
        {"stands without main", Standing{.status = three}},
        {"stands without main, others left", Standing{.status = three, .set_empty = false}},
        {"nothing left", NothingLeft{}},
    };
    return events;
}

// What is counted whatever the state: how often in a row a spawn failed, and how the main process ended last.
const Row kCounted = {
    {"spawned", {"failed spawns 0", ""}},
    {"not spawned", {"failed spawns 2", ""}},
    {"not spawned, others left", {"failed spawns 2", ""}},
    {"ended", {"exit code 3", ""}},
    {"ended, others left", {"exit code 3", ""}},
    {"stands", {"failed spawns 0", ""}},
    {"stands anew", {"failed spawns 0", ""}},
};

constexpr const char* kLast = "Say(pgctl-poll-ready: service is stopping -- quitting the poll)";
constexpr const char* kSucceeded = "Say(pgctl-poll-ready: service's ready check succeeded)";

class EveryEventMeets : public testing::Test {
  protected:
    EveryEventMeets() {
        service.wanted = Wanted::up;
        service.generation = 7;
        service.restarts = 2;
        service.failed_spawns = 1;
        service.last_spawn = now - 10s;
    }

    void is(const State& state) { service.state = state; }
    void was_spawned(Duration ago) { service.last_spawn = now - ago; }
    void is_not_wanted() { service.wanted = Wanted::down; }
    void ended_before(int code) { service.last_exit = base::ExitStatus::exited(code); }
    void has_a_check() { policy.has_check = true; }
    void has_a_notification() { policy.has_notification = true; }

    void expect(const Row& row) const {
        for (const auto& [name, cell] : row) EXPECT_TRUE(every_event().contains(name)) << name;
        for (const auto& [name, event] : every_event()) {
            SCOPED_TRACE(shown::state(service.state, now) + " meets \"" + name + "\"");
            Service after = service;
            const Actions actions = step(after, policy, event, now);
            const Cell found = {shown::changes(service, after, now), shown::actions(actions)};
            EXPECT_EQ(found, expected(row, name));
        }
    }

    Service service;
    Policy policy;

  private:
    static Cell expected(const Row& row, const std::string& name) {
        if (const auto cell = row.find(name); cell != row.end()) return cell->second;
        const auto counted = kCounted.find(name);
        return counted != kCounted.end() ? counted->second : Cell{};
    }
};

}  // namespace

// --- Down ---

TEST_F(EveryEventMeets, AServiceThatIsDown) {
    is(Down{});
    is_not_wanted();
    expect({
        {"start",
         {"wanted up; spawning since now; life 8; restarts 0; failed spawns 0; spawned now", "Spawn"}},
        {"stands", {"stopping 12 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsDownAndWantedUp) {
    is(Down{});
    const Cell spawn = {"spawning since now; life 8; spawned now", "Spawn"};
    expect({
        {"start", spawn},
        {"stop", {"wanted down", ""}},
        {"stop without force", {"wanted down", ""}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", spawn},
        {"stands without main, others left", spawn},
        {"nothing left", spawn},
    });
}

// --- Spawning ---

TEST_F(EveryEventMeets, AServiceThatIsBeingSpawned) {
    is(Spawning{.since = now - 1s});
    was_spawned(1s);
    ended_before(5);
    expect({
        {"stop", {"wanted down; stopping the rest since -1s, until +2s, force, pending", ""}},
        {"stop without force",
         {"wanted down; stopping the rest since -1s, until +2s, no force, pending", ""}},
        {"spawned", {"running 13 since now; failed spawns 0", ""}},
        {"not spawned", {"resting since now, until +2s, empty, unexecutable; failed spawns 2; no exit", ""}},
        {"not spawned, others left",
         {"resting since now, until +2s, left, unexecutable; failed spawns 2; no exit", ""}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main",
         {"resting since now, until +2s, empty, unexecutable; failed spawns 2; no exit", ""}},
        {"stands without main, others left",
         {"resting since now, until +2s, left, unexecutable; failed spawns 2; no exit", ""}},
        {"nothing left", {"spawning since now; life 8; spawned now", "Spawn"}},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsBeingSpawnedAndHasACheck) {
    is(Spawning{.since = now - 1s});
    was_spawned(1s);
    has_a_check();
    expect({
        {"stop", {"wanted down; stopping the rest since -1s, until +2s, force, pending", ""}},
        {"stop without force",
         {"wanted down; stopping the rest since -1s, until +2s, no force, pending", ""}},
        {"spawned", {"running 13 since now, checking now; failed spawns 0", "BeginCheck"}},
        {"not spawned", {"resting since now, until +2s, empty, unexecutable; failed spawns 2", ""}},
        {"not spawned, others left",
         {"resting since now, until +2s, left, unexecutable; failed spawns 2", ""}},
        {"stands", {"running 12 since now, checking now; failed spawns 0", "BeginCheck"}},
        {"stands anew", {"running 13 since now, checking now; failed spawns 0", "BeginCheck"}},
        {"stands without main", {"resting since now, until +2s, empty, unexecutable; failed spawns 2", ""}},
        {"stands without main, others left",
         {"resting since now, until +2s, left, unexecutable; failed spawns 2", ""}},
        {"nothing left", {"spawning since now; life 8; spawned now", "Spawn"}},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsBeingSpawnedThoughNotWanted) {
    is(Spawning{.since = now - 1s});
    is_not_wanted();
    const Cell unexecutable = {"resting since now, until +2s, empty, unexecutable; failed spawns 2", ""};
    const Cell others_left = {"resting since now, until +2s, left, unexecutable; failed spawns 2", ""};
    expect({
        {"start", {"wanted up; restarts 0; failed spawns 0", ""}},
        {"stop", {"stopping the rest since -1s, until +2s, force, pending", ""}},
        {"stop without force", {"stopping the rest since -1s, until +2s, no force, pending", ""}},
        {"spawned", {"running 13 since now; failed spawns 0", ""}},
        {"not spawned", unexecutable},
        {"not spawned, others left", others_left},
        {"stands", {"stopping 12 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", unexecutable},
        {"stands without main, others left", others_left},
        {"nothing left", {"draining until +1s", "Drain"}},
    });
}

// --- Running, without a proof of readiness ---

TEST_F(EveryEventMeets, AServiceThatHasNotSettledYet) {
    is(Running{.pid = 12, .since = now - 50ms});
    was_spawned(60ms);
    const Cell rests = {"resting since now, until +940ms, empty; restarts 3; exit code 3", ""};
    const Cell rests_beside_others = {"resting since now, until +940ms, left; restarts 3; exit code 3", ""};
    expect({
        {"stop", {"wanted down; stopping 12 since -50ms, until +2s, force", "TerminateMain"}},
        {"stop without force",
         {"wanted down; stopping 12 since -50ms, until +2s, no force", "TerminateMain"}},
        {"ended", rests},
        {"ended, others left", rests_beside_others},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", rests},
        {"stands without main, others left", rests_beside_others},
        {"nothing left", {"resting since now, until +940ms, empty; restarts 3; SIGKILL", ""}},
    });
}

TEST_F(EveryEventMeets, AServiceThatHasJustSettled) {
    is(Running{.pid = 12, .since = now - 100ms});
    was_spawned(1s);
    const Cell again = {"spawning since now; life 8; restarts 3; spawned now; exit code 3", "Spawn"};
    expect({
        {"stop", {"wanted down; stopping 12 since -100ms, until +2s, force", "TerminateMain"}},
        {"stop without force",
         {"wanted down; stopping 12 since -100ms, until +2s, no force", "TerminateMain"}},
        {"ended", again},
        {"ended, others left", again},
        {"time", {"running 12 since -100ms, ready now", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", again},
        {"stands without main, others left", again},
        {"nothing left", {"spawning since now; life 8; restarts 3; spawned now; SIGKILL", "Spawn"}},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsReady) {
    is(Running{.pid = 12, .since = now - 10s, .ready_since = now - 9900ms});
    const Cell again = {"spawning since now; life 8; restarts 3; spawned now; exit code 3", "Spawn"};
    expect({
        {"stop", {"wanted down; stopping 12 since -10s, until +2s, force", "TerminateMain"}},
        {"stop without force", {"wanted down; stopping 12 since -10s, until +2s, no force", "TerminateMain"}},
        {"ended", again},
        {"ended, others left", again},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", again},
        {"stands without main, others left", again},
        {"nothing left", {"spawning since now; life 8; restarts 3; spawned now; SIGKILL", "Spawn"}},
    });
}

// --- Running, with a check ---

class EveryEventMeetsAServiceWithACheckThatIs : public EveryEventMeets {
  protected:
    EveryEventMeetsAServiceWithACheckThatIs() {
        has_a_check();
        was_spawned(800ms);
    }

    // What a running check makes no difference to, but that it has to be ended; and what `own` cells say.
    void expect_beside(Row own) {
        const bool checking = std::get<Running>(service.state).check_began.has_value();
        const std::string end = checking ? "EndCheck" : "";
        const std::string stop = std::string(kLast) + (checking ? ", EndCheck" : "") + ", TerminateMain";
        own.insert({
            {"stop", {"wanted down; stopping 12 since -750ms, until +2s, force", stop}},
            {"stop without force", {"wanted down; stopping 12 since -750ms, until +2s, no force", stop}},
            {"ended", {"resting since now, until +200ms, empty; restarts 3; exit code 3", end}},
            {"ended, others left", {"resting since now, until +200ms, left; restarts 3; exit code 3", end}},
            {"stands anew", {"running 13 since now, checking now; failed spawns 0", "BeginCheck"}},
            {"stands without main", {"resting since now, until +200ms, empty; restarts 3; exit code 3", end}},
            {"stands without main, others left",
             {"resting since now, until +200ms, left; restarts 3; exit code 3", end}},
            {"nothing left", {"resting since now, until +200ms, empty; restarts 3; SIGKILL", end}},
        });
        expect(own);
    }
};

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, CheckedForTheFirstTime) {
    is(Running{.pid = 12, .since = now - 750ms, .check_began = now - 50ms});
    expect_beside({
        {"passed", {"running 12 since -750ms, ready now, check +10s", kSucceeded}},
        {"failed", {"running 12 since -750ms, check +150ms", ""}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, NotReadyAndWaitsForTheNext) {
    is(Running{.pid = 12, .since = now - 750ms, .next_check = now + 50ms});
    expect_beside({{"stands", {"running 12 since -750ms, check now; failed spawns 0", ""}}});
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, Due) {
    is(Running{.pid = 12, .since = now - 750ms, .next_check = now});
    expect_beside({{"time", {"running 12 since -750ms, checking now", "BeginCheck"}}});
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, Ready) {
    is(Running{.pid = 12, .since = now - 750ms, .ready_since = now - 500ms, .next_check = now + 9500ms});
    expect_beside({{"stands", {"running 12 since -750ms, ready -500ms, check now; failed spawns 0", ""}}});
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, ReadyAndCheckedAgain) {
    is(Running{.pid = 12, .since = now - 750ms, .ready_since = now - 500ms, .check_began = now - 50ms});
    expect_beside({
        {"passed", {"running 12 since -750ms, ready -500ms, check +10s", ""}},
        {"failed",
         {"running 12 since -750ms, check +2s, failing now",
          "Say(pgctl-poll-ready: failed (restarting in 2.00 seconds))"}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, FailingAndWaitsForTheNext) {
    is(Running{.pid = 12, .since = now - 750ms, .next_check = now + 1s, .failing_since = now - 100ms});
    expect_beside({{"stands", {"running 12 since -750ms, check now, failing -100ms; failed spawns 0", ""}}});
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, FailingAndCheckedAgain) {
    policy.timeout_ready = 600ms;
    is(Running{.pid = 12, .since = now - 750ms, .check_began = now - 50ms, .failing_since = now - 100ms});
    expect_beside({
        {"passed", {"running 12 since -750ms, ready now, check +10s", kSucceeded}},
        {"failed",
         {"running 12 since -750ms, check +500ms, failing -100ms",
          "Say(pgctl-poll-ready: failed (restarting in 0.50 seconds))"}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, FailingForAsLongAsItMay) {
    policy.timeout_ready = 600ms;
    is(Running{.pid = 12, .since = now - 750ms, .check_began = now - 50ms, .failing_since = now - 600ms});
    const std::string why =
        "Say(pgctl-poll-ready: failed for more than 0.60 seconds -- we are restarting this service for you)";
    expect_beside({
        {"passed", {"running 12 since -750ms, ready now, check +10s", kSucceeded}},
        {"failed",
         {"stopping 12 since -750ms, until +2s, force; restarts 3", why + ", " + kLast + ", TerminateMain"}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, CheckedWithoutAnEnd) {
    is(Running{.pid = 12, .since = now - 750ms, .check_began = now - 10s});
    expect_beside({
        {"passed", {"running 12 since -750ms, ready now, check +10s", kSucceeded}},
        {"failed", {"running 12 since -750ms, check +150ms", ""}},
        {"time",
         {"running 12 since -750ms, check +150ms",
          "EndCheck, Say(pgctl-poll-ready: ./ready did not end within 10.00 seconds -- killed it)"}},
    });
}

// --- Running, with a notification ---

TEST_F(EveryEventMeets, AServiceThatHasNotNotifiedYet) {
    has_a_notification();
    is(Running{.pid = 12, .since = now - 750ms});
    was_spawned(800ms);
    const Cell rests = {"resting since now, until +200ms, empty; restarts 3; exit code 3", ""};
    const Cell rests_beside_others = {"resting since now, until +200ms, left; restarts 3; exit code 3", ""};
    expect({
        {"stop", {"wanted down; stopping 12 since -750ms, until +2s, force", "TerminateMain"}},
        {"stop without force",
         {"wanted down; stopping 12 since -750ms, until +2s, no force", "TerminateMain"}},
        {"ended", rests},
        {"ended, others left", rests_beside_others},
        {"notified", {"running 12 since -750ms, ready now", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", rests},
        {"stands without main, others left", rests_beside_others},
        {"nothing left", {"resting since now, until +200ms, empty; restarts 3; SIGKILL", ""}},
    });
}

TEST_F(EveryEventMeets, AServiceThatHasNotified) {
    has_a_notification();
    is(Running{.pid = 12, .since = now - 10s, .ready_since = now - 9s});
    const Cell again = {"spawning since now; life 8; restarts 3; spawned now; exit code 3", "Spawn"};
    expect({
        {"stop", {"wanted down; stopping 12 since -10s, until +2s, force", "TerminateMain"}},
        {"stop without force", {"wanted down; stopping 12 since -10s, until +2s, no force", "TerminateMain"}},
        {"ended", again},
        {"ended, others left", again},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", again},
        {"stands without main, others left", again},
        {"nothing left", {"spawning since now; life 8; restarts 3; spawned now; SIGKILL", "Spawn"}},
    });
}

// --- Resting ---

TEST_F(EveryEventMeets, AServiceThatRests) {
    is(Resting{.since = now - 400ms, .until = now + 600ms});
    ended_before(5);
    expect({
        {"stop", {"wanted down; draining until +1s", "Drain"}},
        {"stop without force", {"wanted down; draining until +1s", "Drain"}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main, others left", {"resting since -400ms, until +600ms, left", ""}},
    });
}

TEST_F(EveryEventMeets, AServiceThatHasRested) {
    is(Resting{.since = now - 1s, .until = now});
    ended_before(5);
    expect({
        {"stop", {"wanted down; draining until +1s", "Drain"}},
        {"stop without force", {"wanted down; draining until +1s", "Drain"}},
        {"time", {"spawning since now; life 8; spawned now", "Spawn"}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main, others left", {"resting since -1s, until now, left", ""}},
    });
}

TEST_F(EveryEventMeets, AServiceThatRestsWhileOthersOfItsSetLive) {
    is(Resting{.since = now - 400ms, .until = now + 600ms, .set_empty = false});
    ended_before(5);
    const Cell empty = {"resting since -400ms, until +600ms, empty", ""};
    expect({
        {"stop", {"wanted down; stopping the rest since now, until +2s, force", "TerminateSet"}},
        {"stop without force", {"wanted down; stopping the rest since now, until +2s, no force", ""}},
        {"empty", empty},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", empty},
        {"nothing left", empty},
    });
}

TEST_F(EveryEventMeets, AServiceThatCouldNotBeExecuted) {
    is(Resting{.since = now - 400ms, .until = now + 600ms, .could_not_execute = true});
    expect({
        {"start", {"spawning since now; life 8; spawned now", "Spawn"}},
        {"stop", {"wanted down; draining until +1s", "Drain"}},
        {"stop without force", {"wanted down; draining until +1s", "Drain"}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main, others left", {"resting since -400ms, until +600ms, left, unexecutable", ""}},
    });
}

TEST_F(EveryEventMeets, AServiceThatCouldNotBeExecutedWhileOthersOfItsSetLive) {
    is(Resting{.since = now - 1s, .until = now, .set_empty = false, .could_not_execute = true});
    const Cell empty = {"resting since -1s, until now, empty, unexecutable", ""};
    const Cell spawn = {"spawning since now; life 8; spawned now", "Spawn"};
    expect({
        {"start", spawn},
        {"stop", {"wanted down; stopping the rest since now, until +2s, force", "TerminateSet"}},
        {"stop without force", {"wanted down; stopping the rest since now, until +2s, no force", ""}},
        {"empty", empty},
        {"time", spawn},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", empty},
        {"nothing left", empty},
    });
}

TEST_F(EveryEventMeets, AServiceThatRestsThoughNotWanted) {
    is(Resting{.since = now - 400ms, .until = now + 600ms, .set_empty = false});
    is_not_wanted();
    const Cell empty = {"resting since -400ms, until +600ms, empty", ""};
    expect({
        {"start", {"wanted up; restarts 0; failed spawns 0", ""}},
        {"stop", {"stopping the rest since now, until +2s, force", "TerminateSet"}},
        {"stop without force", {"stopping the rest since now, until +2s, no force", ""}},
        {"empty", empty},
        {"stands", {"stopping 12 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", empty},
        {"nothing left", {"draining until +1s", "Drain"}},
    });
}

// --- Stopping ---

class EveryEventMeetsAServiceThatIsStopped : public EveryEventMeets {
  protected:
    EveryEventMeetsAServiceThatIsStopped() { is_not_wanted(); }

    // What is the same for all of them; `own` says what is not.
    void expect_beside(Row own) {
        const Cell drain = {"draining until +1s", "Drain"};
        const Cell drain_after_end = {"draining until +1s; exit code 3", "Drain"};
        own.insert({
            {"start", {"wanted up; restarts 0; failed spawns 0", ""}},
            {"ended", drain_after_end},
            {"empty", drain},
            {"stands without main", drain_after_end},
            {"nothing left", drain},
        });
        expect(own);
    }
};

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithItsMainProcessAlive) {
    is(Stopping{.pid = 12, .since = now - 10s, .deadline = now + 1s});
    const Cell rest = {"stopping the rest since -10s, until +1s, force; exit code 3", "TerminateSet"};
    expect_beside({
        {"ended, others left", rest},
        {"stands", {"failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until +1s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithItsMainProcessAliveAtTheDeadline) {
    is(Stopping{.pid = 12, .since = now - 10s, .deadline = now});
    const Cell rest = {"stopping the rest since -10s, until now, force; exit code 3", "TerminateSet"};
    expect_beside({
        {"ended, others left", rest},
        {"time", {"stopping 12 since -10s, until now, force, killed now, again +500ms", "KillSet"}},
        {"stands", {"failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until now, force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithOthersLeftAlone) {
    is(Stopping{.since = now - 10s, .deadline = now + 1s});
    expect_beside({
        {"ended, others left", {"exit code 3", "TerminateSet"}},
        {"stands", {"stopping 12 since -10s, until +1s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until +1s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", {"exit code 3", "TerminateSet"}},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithOthersLeftAtTheDeadline) {
    is(Stopping{.since = now - 10s, .deadline = now - 1ms});
    expect_beside({
        {"ended, others left", {"exit code 3", "TerminateSet"}},
        {"time", {"stopping the rest since -10s, until -1ms, force, killed now, again +500ms", "KillSet"}},
        {"stands", {"stopping 12 since -10s, until -1ms, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until -1ms, force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", {"exit code 3", "TerminateSet"}},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithoutForce) {
    is(Stopping{.pid = 12, .since = now - 10s, .deadline = now + 1s, .force = false});
    const Cell rest = {"stopping the rest since -10s, until +1s, no force; exit code 3", ""};
    expect_beside({
        {"stop", {"stopping 12 since -10s, until +1s, force", ""}},
        {"ended, others left", rest},
        {"stands", {"failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until +1s, no force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithoutForceAtTheDeadline) {
    is(Stopping{.pid = 12, .since = now - 10s, .deadline = now, .force = false});
    const Cell rest = {"stopping the rest since -10s, until now, no force; exit code 3", ""};
    expect_beside({
        {"stop", {"stopping 12 since -10s, until now, force", ""}},
        {"ended, others left", rest},
        {"time", {"stopping 12 since -10s, until now, no force, overdue", "GiveUp"}},
        {"stands", {"failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until now, no force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithoutForceAndWithOthersLeft) {
    is(Stopping{.since = now - 10s, .deadline = now + 1s, .force = false});
    expect_beside({
        {"stop", {"stopping the rest since -10s, until +1s, force", "TerminateSet"}},
        {"stands", {"stopping 12 since -10s, until +1s, no force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until +1s, no force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", {"exit code 3", ""}},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithoutForceTooLate) {
    is(Stopping{.pid = 12, .since = now - 10s, .deadline = now - 1s, .force = false, .overdue = true});
    const Cell rest = {"stopping the rest since -10s, until -1s, no force, overdue; exit code 3", ""};
    expect_beside({
        {"start",
         {"wanted up; stopping 12 since -10s, until +2s, force; restarts 0; failed spawns 0",
          "TerminateMain"}},
        {"stop", {"stopping 12 since -10s, until +2s, force", "TerminateMain"}},
        {"stop without force", {"stopping 12 since -10s, until +2s, no force", "TerminateMain"}},
        {"ended, others left", rest},
        {"stands", {"failed spawns 0", "TerminateMain"}},
        {"stands anew",
         {"stopping 13 since -10s, until -1s, no force, overdue; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithoutForceTooLateAndWithOthersLeft) {
    is(Stopping{.since = now - 10s, .deadline = now - 1s, .force = false, .overdue = true});
    expect_beside({
        {"start",
         {"wanted up; stopping the rest since -10s, until +2s, force; restarts 0; failed spawns 0",
          "TerminateSet"}},
        {"stop", {"stopping the rest since -10s, until +2s, force", "TerminateSet"}},
        {"stop without force", {"stopping the rest since -10s, until +2s, no force", ""}},
        {"stands",
         {"stopping 12 since -10s, until -1s, no force, overdue; failed spawns 0", "TerminateMain"}},
        {"stands anew",
         {"stopping 13 since -10s, until -1s, no force, overdue; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", {"exit code 3", ""}},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, BeforeItsKeeperHasAnswered) {
    // However late it is: there is nothing yet that could be killed.
    is(Stopping{.since = now - 1s, .deadline = now - 500ms, .spawn_pending = true});
    const Cell rest = {"stopping the rest since -1s, until -500ms, force; exit code 3", "TerminateSet"};
    expect_beside({
        {"spawned", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"not spawned", {"draining until +1s; failed spawns 2", "Drain"}},
        {"not spawned, others left",
         {"stopping the rest since -1s, until -500ms, force; failed spawns 2", "TerminateSet"}},
        {"ended, others left", {"exit code 3", "TerminateSet"}},
        {"empty", {"", ""}},
        {"stands", {"stopping 12 since -1s, until -500ms, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -1s, until -500ms, force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, WithoutForceBeforeItsKeeperHasAnswered) {
    is(Stopping{.since = now - 1s, .deadline = now + 1s, .force = false, .spawn_pending = true});
    const Cell rest = {"stopping the rest since -1s, until +1s, no force; exit code 3", ""};
    expect_beside({
        {"stop", {"stopping the rest since -1s, until +1s, force, pending", ""}},
        {"spawned", {"stopping 13 since now, until +2s, no force; failed spawns 0", "TerminateMain"}},
        {"not spawned", {"draining until +1s; failed spawns 2", "Drain"}},
        {"not spawned, others left",
         {"stopping the rest since -1s, until +1s, no force; failed spawns 2", ""}},
        {"empty", {"", ""}},
        {"stands", {"stopping 12 since -1s, until +1s, no force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -1s, until +1s, no force; failed spawns 0", "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, AndWasJustKilled) {
    is(Stopping{.pid = 12,
                .since = now - 10s,
                .deadline = now - 200ms,
                .killed = now - 200ms,
                .kill_again = now + 300ms});
    const Cell rest = {
        "stopping the rest since -10s, until -200ms, force, killed -200ms, again +300ms; exit code 3", ""};
    expect_beside({
        {"ended, others left", rest},
        {"stands", {"failed spawns 0", "TerminateMain"}},
        {"stands anew",
         {"stopping 13 since -10s, until -200ms, force, killed -200ms, again +300ms; failed spawns 0",
          "TerminateMain"}},
        {"stands without main, others left", rest},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, AndWasKilledAWhileAgo) {
    is(Stopping{.since = now - 10s, .deadline = now - 500ms, .killed = now - 500ms, .kill_again = now});
    const std::string was = "since -10s, until -500ms, force, killed -500ms, again ";
    expect_beside({
        {"time", {"stopping the rest " + was + "+500ms", "KillSet(again)"}},
        {"stands without main, others left", {"exit code 3", ""}},
        {"stands", {"stopping 12 " + was + "now; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 " + was + "now; failed spawns 0", "TerminateMain"}},
    });
}

TEST_F(EveryEventMeetsAServiceThatIsStopped, AndCannotBeKilled) {
    is(Stopping{.since = now - 10s, .deadline = now - 1s, .killed = now - 1s, .kill_again = now});
    const std::string was = "since -10s, until -1s, force, killed -1s, again ";
    expect_beside({
        {"time", {"stopping the rest " + was + "+500ms", "KillSet(again), GiveUp(killed)"}},
        {"stands without main, others left", {"exit code 3", ""}},
        {"stands", {"stopping 12 " + was + "now; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 " + was + "now; failed spawns 0", "TerminateMain"}},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsStoppedAndWantedUpAgain) {
    is(Stopping{.pid = 12, .since = now - 10s, .deadline = now + 1s});
    ended_before(5);
    // It was asked to end, so how it ended says nothing of the life that follows.
    const Cell spawn = {"spawning since now; life 8; spawned now; no exit", "Spawn"};
    const Cell rest = {"stopping the rest since -10s, until +1s, force; exit code 3", "TerminateSet"};
    expect({
        {"stop", {"wanted down", ""}},
        {"stop without force", {"wanted down", ""}},
        {"ended", spawn},
        {"ended, others left", rest},
        {"empty", spawn},
        {"stands", {"failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -10s, until +1s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", spawn},
        {"stands without main, others left", rest},
        {"nothing left", spawn},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsWantedUpAgainBeforeItsKeeperHasAnswered) {
    is(Stopping{.since = now - 1s, .deadline = now + 1s, .spawn_pending = true});
    const Cell spawn = {"spawning since now; life 8; spawned now", "Spawn"};
    const Cell rest = {"stopping the rest since -1s, until +1s, force; exit code 3", "TerminateSet"};
    expect({
        {"stop", {"wanted down", ""}},
        {"stop without force", {"wanted down", ""}},
        {"spawned", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"not spawned", {"spawning since now; life 8; failed spawns 2; spawned now", "Spawn"}},
        {"not spawned, others left",
         {"stopping the rest since -1s, until +1s, force; failed spawns 2", "TerminateSet"}},
        {"ended", spawn},
        {"ended, others left", {"exit code 3", "TerminateSet"}},
        {"stands", {"stopping 12 since -1s, until +1s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since -1s, until +1s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", spawn},
        {"stands without main, others left", rest},
        {"nothing left", spawn},
    });
}

// --- Draining ---

TEST_F(EveryEventMeets, AServiceWhoseLastOutputIsBeingWritten) {
    is(Draining{.until = now + 500ms});
    is_not_wanted();
    ended_before(5);
    expect({
        {"start", {"wanted up; restarts 0; failed spawns 0; no exit", ""}},
        {"drained", {"down; no exit", "Release"}},
        {"stands", {"stopping 12 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", {"", "Drain"}},
        {"stands without main, others left", {"", "Drain"}},
        {"nothing left", {"down; no exit", "Release"}},
    });
}

TEST_F(EveryEventMeets, AServiceWhoseLastOutputIsNotWrittenInTime) {
    is(Draining{.until = now});
    is_not_wanted();
    const Cell down = {"down", "Release"};
    expect({
        {"start", {"wanted up; restarts 0; failed spawns 0", ""}},
        {"drained", down},
        {"time", down},
        {"stands", {"stopping 12 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", {"", "Drain"}},
        {"stands without main, others left", {"", "Drain"}},
        {"nothing left", down},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsWantedUpWhileItsLastOutputIsBeingWritten) {
    is(Draining{.until = now});
    const Cell spawn = {"spawning since now; life 8; spawned now", "Spawn"};
    expect({
        {"stop", {"wanted down", ""}},
        {"stop without force", {"wanted down", ""}},
        {"drained", spawn},
        {"time", spawn},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", {"", "Drain"}},
        {"stands without main, others left", {"", "Drain"}},
        {"nothing left", spawn},
    });
}
