#include "every_event.h"

namespace model::every_event {

class EveryEventMeetsAServiceThatIsStopped : public EveryEventMeets {
  protected:
    EveryEventMeetsAServiceThatIsStopped() { is_not_wanted(); }

    // What is the same for all of them; `own` says what is not.
    void expect_beside(Row own) {
        const Cell drain = {"draining until +5s", "Drain"};
        const Cell drain_after_end = {"draining until +5s; exit code 3", "Drain"};
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
        {"start without force",
         {"wanted up; stopping 12 since -10s, until +2s, no force; restarts 0; failed spawns 0",
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
        {"start without force",
         {"wanted up; stopping the rest since -10s, until +2s, no force; restarts 0; failed spawns 0", ""}},
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
        {"not spawned", {"draining until +5s; failed spawns 2", "Drain"}},
        {"not spawned for a shortage", {"draining until +5s; failed spawns 2", "Drain"}},
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
        {"not spawned", {"draining until +5s; failed spawns 2", "Drain"}},
        {"not spawned for a shortage", {"draining until +5s; failed spawns 2", "Drain"}},
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
        {"not spawned for a shortage", {"spawning since now; life 8; failed spawns 2; spawned now", "Spawn"}},
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

}  // namespace model::every_event
