#include "config/load.h"

#include "config/interpret.h"
#include "config/json_text.h"
#include "config/merged.h"
#include "config/sources.h"

namespace config {

OrComplaints<Settings> load(const Surroundings& surroundings, const nlohmann::json& command_line) {
    Sources read = read_sources(surroundings, command_line);
    Interpretation meaning = interpret(Merged(read.sources), surroundings);
    read.complaints.insert(read.complaints.end(), meaning.complaints.begin(), meaning.complaints.end());
    if (!read.complaints.empty()) return std::unexpected(std::move(read.complaints));
    return std::move(meaning.settings);
}

OrComplaints<std::string> configuration_text(const Surroundings& surroundings,
                                             const nlohmann::json& command_line) {
    Sources read = read_sources(surroundings, command_line);
    if (!read.complaints.empty()) return std::unexpected(std::move(read.complaints));
    return printed_json(Merged(read.sources).values());
}

}  // namespace config
