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

// `even_if_nothing_runs`: for a stop, whether there is something to be looked for where no supervisor runs.
[[nodiscard]] ChangeResult change(Session& session, Direction direction, const Services& services,
                                  bool even_if_nothing_runs = false);

}  // namespace cli
