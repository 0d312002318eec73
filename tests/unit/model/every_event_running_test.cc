#include "every_event.h"

namespace model::every_event {

// --- without a proof of readiness ---

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
        {"left over", {"resting since now, until +940ms, left, held; restarts 3; SIGKILL", ""}},
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
        {"left over", {"resting since now, until now, left, held; restarts 3; SIGKILL", ""}},
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
        {"left over", {"resting since now, until -9s, left, held; restarts 3; SIGKILL", ""}},
    });
}

// --- with a check ---

namespace {

constexpr const char* kLast = "Say(pgctl-poll-ready: service is stopping -- quitting the poll)";
constexpr const char* kSucceeded = "Say(pgctl-poll-ready: service's ready check succeeded)";

}  // namespace

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
            {"left over", {"resting since now, until +200ms, left, held; restarts 3; SIGKILL", end}},
        });
        expect(own);
    }
};

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, CheckedForTheFirstTime) {
    is(Running{.pid = 12, .since = now - 750ms, .check_began = now - 50ms});
    expect_beside({
        {"passed", {"running 12 since -750ms, ready now, check +10s", kSucceeded}},
        {"failed", {"running 12 since -750ms, check +150ms", ""}},
        {"check impossible", {"running 12 since -750ms, check +1s", ""}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, NotReadyAndWaitsForTheNext) {
    is(Running{.pid = 12, .since = now - 750ms, .next_check = now + 50ms});
    expect_beside({
        {"poll begun", {"running 12 since -750ms, checking now", "BeginCheck"}},
        {"stands", {"running 12 since -750ms, check now; failed spawns 0", ""}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, NotReadyAndHasNotComeToItsHelper) {
    policy.has_helper = true;
    is(Running{.pid = 12, .since = now - 750ms, .next_check = now + 750ms});
    expect_beside({
        {"poll begun", {"running 12 since -750ms, checking now", "BeginCheck"}},
        {"stands", {"failed spawns 0", ""}},
        {"stands anew", {"running 13 since now, check +1500ms; failed spawns 0", ""}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, Due) {
    is(Running{.pid = 12, .since = now - 750ms, .next_check = now});
    const Cell checking = {"running 12 since -750ms, checking now", "BeginCheck"};
    expect_beside({{"time", checking}, {"poll begun", checking}});
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, Ready) {
    is(Running{.pid = 12, .since = now - 750ms, .ready_since = now - 500ms, .next_check = now + 9500ms});
    expect_beside({{"stands", {"running 12 since -750ms, ready -500ms, check now; failed spawns 0", ""}}});
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, ReadyAndCheckedAgain) {
    is(Running{.pid = 12, .since = now - 750ms, .ready_since = now - 500ms, .check_began = now - 50ms});
    expect_beside({
        {"passed", {"running 12 since -750ms, ready -500ms, check +10s", ""}},
        {"check impossible", {"running 12 since -750ms, ready -500ms, check +1s", ""}},
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
        {"check impossible", {"running 12 since -750ms, check +1s, failing -100ms", ""}},
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
        {"check impossible", {"running 12 since -750ms, check +1s, failing -600ms", ""}},
        {"failed",
         {"stopping 12 since -750ms, until +2s, force, by itself; restarts 3",
          why + ", " + kLast + ", TerminateMain"}},
    });
}

TEST_F(EveryEventMeetsAServiceWithACheckThatIs, CheckedWithoutAnEnd) {
    is(Running{.pid = 12, .since = now - 750ms, .check_began = now - 10s});
    expect_beside({
        {"passed", {"running 12 since -750ms, ready now, check +10s", kSucceeded}},
        {"failed", {"running 12 since -750ms, check +150ms", ""}},
        {"check impossible", {"running 12 since -750ms, check +1s", ""}},
        {"time",
         {"running 12 since -750ms, check +150ms",
          "EndCheck, Say(pgctl-poll-ready: ./ready did not end within 10.00 seconds -- killed it)"}},
    });
}

// --- with a notification ---

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
        {"left over", {"resting since now, until +200ms, left, held; restarts 3; SIGKILL", ""}},
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
        {"left over", {"resting since now, until -9s, left, held; restarts 3; SIGKILL", ""}},
    });
}

}  // namespace model::every_event
