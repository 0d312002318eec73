// What a command works with: what was asked for, where, and the playgrounds it may talk to. One per run of
// the program. Used by every command. Plain data.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/playgrounds.h"
#include "config/settings.h"
#include "config/surroundings.h"

namespace cli {

struct Session {
    const nlohmann::json& command_line;
    const config::Surroundings& surroundings;
    config::Settings settings;
    Playgrounds playgrounds;

    // The services that were asked for, in that order. The error is what the user should read.
    [[nodiscard]] Answer<Services> selected();
    [[nodiscard]] protocol::Defaults defaults() const;
};

// Shows why something was refused; always 1. Where it is claimed, by the service's path as the user knows it.
int refuse(const Refusal& refusal);
// The same refusal with that path instead of the bare name.
[[nodiscard]] Refusal with_path(Refusal refusal, const Share& share);

}  // namespace cli
