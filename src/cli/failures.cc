#include "cli/failures.h"

#include "cli/output.h"

namespace cli {

void show_logs(const Services& services) {
    say(logs::tail_text(log_paths(services)));
}

std::vector<logs::LogPath> log_paths(const Services& services) {
    std::vector<logs::LogPath> paths;
    for (const auto& service : services) {
        paths.push_back({.shown = service.shown + "/logs/current", .path = service.path + "/logs/current"});
    }
    return paths;
}

std::string failures_text(Direction direction, const Services& failed, const Services& overtaken) {
    std::string text;
    if (!failed.empty()) {
        text += message("");
        text +=
            message("There might be useful information further up in the log; you can view it by running:");
        for (const auto& path : log_paths(failed)) text += message("    less +G " + path.shown);
    }
    std::vector<std::string> names = names_of(failed);
    for (const auto& service : overtaken) names.push_back(service.name);
    return text + error_message(some_failed_text(direction, names));
}

int report_failures(Direction direction, const Services& failed, const Services& overtaken) {
    say(failures_text(direction, failed, overtaken));
    return 1;
}

}  // namespace cli
