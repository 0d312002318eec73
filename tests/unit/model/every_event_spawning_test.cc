#include "every_event.h"

namespace model::every_event {

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
        {"not spawned for a shortage", {"resting since now, until +1s, empty; failed spawns 2; no exit", ""}},
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
        {"not spawned for a shortage", {"resting since now, until +1s, empty; failed spawns 2", ""}},
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
        {"not spawned for a shortage", {"resting since now, until +1s, empty; failed spawns 2", ""}},
        {"not spawned, others left", others_left},
        {"stands", {"stopping 12 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands anew", {"stopping 13 since now, until +2s, force; failed spawns 0", "TerminateMain"}},
        {"stands without main", unexecutable},
        {"stands without main, others left", others_left},
        {"nothing left", {"draining until +5s", "Drain"}},
    });
}

}  // namespace model::every_event
