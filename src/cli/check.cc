// `pgctl check`: every complaint about configuration and playground, a line each on stdout. It starts
// nothing.

#include "config/check.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "config/load.h"
#include "config/playground.h"

namespace cli {

namespace {

// Why there is no playground; empty where there is one, or where it is not even known what to look for.
std::string missing_playground(const config::Surroundings& surroundings, const nlohmann::json& command_line) {
    const auto settings = config::load(surroundings, command_line);
    if (!settings) return {};
    const auto found = config::find_playground(settings->pgdir, surroundings);
    return found ? std::string() : found.error().message();
}

}  // namespace

int check(const config::Surroundings& surroundings, const nlohmann::json& command_line) {
    auto complaints = config::check(surroundings, command_line);
    if (complaints.empty()) {
        say(message("No complaints"));
        return 0;
    }
    const std::string missing = missing_playground(surroundings, command_line);
    if (!missing.empty()) std::erase(complaints, missing);
    std::string text;
    for (const std::string& complaint : complaints) text += complaint + "\n";
    const int printed = print(text);
    if (!missing.empty()) return complain(missing);
    if (printed != 0) return printed;
    return complain(fmt::format("{} complaint{}", complaints.size(), complaints.size() == 1 ? "" : "s"));
}

}  // namespace cli
