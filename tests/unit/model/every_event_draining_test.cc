#include "every_event.h"

namespace model::every_event {

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
        {"nothing left", {"", "Drain"}},
    });
}

TEST_F(EveryEventMeets, AServiceWhoseLastOutputIsNotWrittenInTime) {
    is(Draining{.until = now});
    is_not_wanted();
    const Cell down = {"down", "Release"};
    expect({
        {"start", {"wanted up; restarts 0; failed spawns 0", ""}},
        {"drained", down},
        {"time", {"down", "LeaveOutput, Release"}},
        {"stands", {"stopping 12 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", {"", "Drain"}},
        {"stands without main, others left", {"", "Drain"}},
        {"nothing left", {"", "Drain"}},
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
        {"nothing left", {"", "Drain"}},
    });
}

}  // namespace model::every_event
