// The commands, a file each. Used by run, which has parsed the arguments and loaded the configuration.
// Each returns the program's exit code and has said everything there was to say.
#pragma once

#include "cli/session.h"

namespace cli {

[[nodiscard]] int start(Session& session);
[[nodiscard]] int stop(Session& session);
[[nodiscard]] int restart(Session& session);
[[nodiscard]] int reload(Session& session);
[[nodiscard]] int status(Session& session);
[[nodiscard]] int log(Session& session);
[[nodiscard]] int debug(Session& session);
[[nodiscard]] int upgrade(Session& session);

// These two come before the configuration is known to be right.
[[nodiscard]] int show_configuration(const config::Surroundings& surroundings,
                                     const nlohmann::json& command_line);
[[nodiscard]] int check(const config::Surroundings& surroundings, const nlohmann::json& command_line);

}  // namespace cli
