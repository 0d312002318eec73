#include "cli/run.h"

#include <algorithm>
#include <array>

#include "cli/arguments.h"
#include "cli/caller.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "config/load.h"
#include "os/standard_streams.h"

namespace cli {

namespace {

struct Command {
    std::string_view name;
    int (*run)(Session&);
};

constexpr std::array<Command, 8> kCommands = {{{"start", start},
                                               {"stop", stop},
                                               {"restart", restart},
                                               {"reload", reload},
                                               {"status", status},
                                               {"log", log},
                                               {"debug", debug},
                                               {"upgrade", upgrade}}};

int say_farewell(const Farewell& farewell) {
    if (!farewell.is_error) return print(farewell.text);
    say(farewell.text);
    return 2;
}

// An upgrade that nobody asked for, and that did not fail, is worth a line.
void tell(const std::string& line) {
    say(message(line));
}

int run_command(const config::Surroundings& surroundings, const nlohmann::json& command_line) {
    const auto& name = command_line.at("command").get_ref<const std::string&>();
    if (name == "config") return show_configuration(surroundings, command_line);
    if (name == "check") return check(surroundings, command_line);
    auto settings = config::load(surroundings, command_line);
    if (!settings) return complain(settings.error());
    Session session{.command_line = command_line,
                    .surroundings = surroundings,
                    .settings = *settings,
                    .playgrounds = Playgrounds(settings->pghome, name == "upgrade" ? Tell() : tell)};
    return std::ranges::find(kCommands, name, &Command::name)->run(session);
}

}  // namespace

int run(int argc, char** argv) {
    os::open_missing_standard_streams();
    os::ignore_broken_pipes();
    const auto command_line = parse_arguments({argv + std::min(argc, 1), argv + argc});
    if (!command_line) return say_farewell(command_line.error());
    const auto surroundings = surroundings_of_caller();
    if (!surroundings) return complain(surroundings.error().message());
    return run_command(*surroundings, *command_line);
}

}  // namespace cli
