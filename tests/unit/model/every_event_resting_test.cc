#include "every_event.h"

namespace model::every_event {

TEST_F(EveryEventMeets, AServiceThatRests) {
    is(Resting{.since = now - 400ms, .until = now + 600ms});
    ended_before(5);
    expect({
        {"stop", {"wanted down; draining until +5s", "Drain"}},
        {"stop without force", {"wanted down; draining until +5s", "Drain"}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main, others left", {"resting since -400ms, until +600ms, left", ""}},
        {"left over", {"resting since -400ms, until +600ms, left, held", ""}},
    });
}

TEST_F(EveryEventMeets, AServiceThatHasRested) {
    is(Resting{.since = now - 1s, .until = now});
    ended_before(5);
    expect({
        {"stop", {"wanted down; draining until +5s", "Drain"}},
        {"stop without force", {"wanted down; draining until +5s", "Drain"}},
        {"time", {"spawning since now; life 8; spawned now", "Spawn"}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main, others left", {"resting since -1s, until now, left", ""}},
        {"left over", {"resting since -1s, until now, left, held", ""}},
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
        {"left over", {"resting since -400ms, until +600ms, left, held", ""}},
    });
}

TEST_F(EveryEventMeets, AServiceThatCouldNotBeExecuted) {
    is(Resting{.since = now - 400ms, .until = now + 600ms, .could_not_execute = true});
    expect({
        {"start", {"spawning since now; life 8; spawned now", "Spawn"}},
        {"stop", {"wanted down; draining until +5s", "Drain"}},
        {"stop without force", {"wanted down; draining until +5s", "Drain"}},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main, others left", {"resting since -400ms, until +600ms, left, unexecutable", ""}},
        {"left over", {"resting since -400ms, until +600ms, left, unexecutable, held", ""}},
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
        {"left over", {"resting since -1s, until now, left, unexecutable, held", ""}},
    });
}

// Not before nothing of the earlier life is left, or a start has come, which clears it.
TEST_F(EveryEventMeets, AServiceThatIsHeldByWhatItHasLeft) {
    is(Resting{.since = now - 1s, .until = now, .set_empty = false, .held = true});
    ended_before(5);
    const Cell spawn = {"spawning since now; life 8; spawned now", "Spawn"};
    expect({
        {"start", spawn},
        {"start while something is left", {}},
        {"stop", {"wanted down; stopping the rest since now, until +2s, force", "TerminateSet"}},
        {"stop without force", {"wanted down; stopping the rest since now, until +2s, no force", ""}},
        {"empty", spawn},
        {"stands", {"running 12 since now; failed spawns 0", ""}},
        {"stands anew", {"running 13 since now; failed spawns 0", ""}},
        {"stands without main", spawn},
        {"nothing left", spawn},
    });
}

TEST_F(EveryEventMeets, AServiceThatIsHeldAndHasNotRestedYet) {
    is(Resting{.since = now - 400ms, .until = now + 600ms, .set_empty = false, .held = true});
    const Cell rest = {"resting since -400ms, until +600ms, left", ""};
    const Cell empty = {"resting since -400ms, until +600ms, empty", ""};
    expect({
        {"start", rest},
        {"start while something is left", {}},
        {"stop", {"wanted down; stopping the rest since now, until +2s, force", "TerminateSet"}},
        {"stop without force", {"wanted down; stopping the rest since now, until +2s, no force", ""}},
        {"empty", empty},
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
        {"nothing left", {"draining until +5s", "Drain"}},
    });
}

}  // namespace model::every_event
