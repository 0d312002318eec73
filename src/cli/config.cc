// `pgctl config`: the merged configuration as JSON. It needs no playground.

#include "cli/commands.h"
#include "cli/output.h"
#include "config/load.h"

namespace cli {

int show_configuration(const config::Surroundings& surroundings, const nlohmann::json& command_line) {
    const auto text = config::configuration_text(surroundings, command_line);
    return text ? print(*text + "\n") : complain(text.error());
}

}  // namespace cli
