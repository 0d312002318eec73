#include "cli/failures.h"

#include <unistd.h>

#include "base/text.h"
#include "cli/output.h"
#include "logs/terminal_text.h"
#include "os/terminal.h"

namespace cli {

void show_logs(const Services& services) {
    const std::string text = logs::tail_text(log_paths(services));
    say(os::is_terminal(STDERR_FILENO) ? logs::TerminalFilter(logs::Colours::keep).filtered(text) : text);
}

std::vector<logs::LogPath> log_paths(const Services& services) {
    std::vector<logs::LogPath> paths;
    for (const auto& service : services) {
        paths.push_back({.shown = service.shown_log, .path = service.path + "/logs/current"});
    }
    return paths;
}

std::string failures_text(Direction direction, const Services& failed, const Services& others) {
    std::string text;
    if (!failed.empty()) {
        text += message("");
        text +=
            message("There might be useful information further up in the log; you can view it by running:");
        for (const auto& path : log_paths(failed)) text += message("    less +G " + path.shown);
    }
    std::vector<std::string> names = names_of(failed);
    for (const auto& service : others) names.push_back(base::printable(service.name));
    return text + error_message(some_failed_text(direction, names));
}

int report_failures(Direction direction, const Services& failed, const Services& others) {
    say(failures_text(direction, failed, others));
    return 1;
}

}  // namespace cli
