#include "every_event.h"

namespace model::every_event {

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

}  // namespace model::every_event
