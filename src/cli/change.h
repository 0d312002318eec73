// A start or a stop of some services, however many playgrounds they lie in: asks each supervisor, lets
// progress tell what happens, and says what came of it. Used by start and stop. It runs no hook and shows no
// log.
#pragma once

#include <map>
#include <string>

#include "cli/change_texts.h"
#include "cli/playgrounds.h"
#include "cli/session.h"

namespace cli {

struct ChangeResult {
    Services changed;                             // where they were asked to be
    Services failed;                              // not there, and what to see in their logs may help
    Services overtaken;                           // another command has asked for something else
    std::map<std::string, protocol::Event> ends;  // by playground; those that were refused are missing
    std::vector<Refusal> refusals;

    [[nodiscard]] bool complete() const { return failed.empty() && overtaken.empty() && refusals.empty(); }
};

struct ChangeWish {
    Direction direction = Direction::start;
    bool even_if_nothing_runs = false;  // of a stop: there is something to be looked for without a supervisor
    bool stop_first = false;            // of a start: a restart that the supervisor carries out alone
};
[[nodiscard]] ChangeResult change(Session& session, const ChangeWish& wish, const Services& services);

}  // namespace cli
