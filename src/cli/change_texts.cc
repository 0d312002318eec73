#include "cli/change_texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/output.h"
#include "cli/process_table.h"

namespace cli {

namespace {

struct Words {
    const char* verb;
    const char* going_on;
    const char* done;
    const char* Going_on;
    const char* Done;
};

const Words& words_for(Direction direction) {
    static constexpr Words start{"start", "starting", "started", "Starting", "Started"};
    static constexpr Words stop{"stop", "stopping", "stopped", "Stopping", "Stopped"};
    return direction == Direction::start ? start : stop;
}

std::string learn_more(std::string_view usual_cause, std::string_view addition = "") {
    return fmt::format("\n{}\n{}Learn more: {}\n\n", usual_cause, addition, kLearnMore);
}

constexpr std::string_view kBuggy = "This usually means these processes are buggy.";
constexpr std::string_view kNoForce =
    "Normally pgctl would kill these automatically for you, but you specified the --no-force option.\n";

// What has not even ended by a kill is not the fault of its program.
std::string obstacles(const std::vector<protocol::ProcessRow>& processes) {
    std::string text;
    for (const auto& process : processes) {
        if (process.obstacle.empty()) continue;
        text += fmt::format("Process {} is {}.\n", process.pid, base::printable(process.obstacle));
    }
    return text.empty() ? text : "\n" + text;
}

std::string failed(Direction direction, const protocol::Event& event, std::int64_t now) {
    std::string text =
        error_message(fmt::format("service '{}' failed to {} after {:.2f} seconds, {}", event.service,
                                  words_for(direction).verb, event.seconds, base::printable(event.reason)));
    if (event.processes.empty()) return text;
    text += process_table(event.processes, now);
    if (const std::string why = obstacles(event.processes); !why.empty()) return text + why + "\n";
    return text + learn_more(kBuggy, event.killed ? "" : kNoForce);
}

std::string overtaken(Direction direction, const protocol::Event& event) {
    return error_message(fmt::format(
        "service '{}' failed to {} after {:.2f} seconds, another pgctl command has asked it to stop",
        event.service, words_for(direction).verb, event.seconds));
}

std::string killing(std::string_view what, std::string_view usual_cause, const protocol::Event& event,
                    std::int64_t now) {
    return message(fmt::format("WARNING: Killing these {}:", what)) + process_table(event.processes, now) +
           learn_more(usual_cause);
}

}  // namespace

std::string changing_text(Direction direction, const std::vector<std::string>& names) {
    return fmt::format("{}: {}", words_for(direction).Going_on, base::join(names, ", "));
}

std::string already_text(Direction direction, const std::vector<std::string>& names) {
    return fmt::format("Already {}: {}", words_for(direction).done, base::join(names, ", "));
}

std::string still_text(Direction direction, std::vector<std::string> names) {
    std::ranges::sort(names);
    return fmt::format("Still {}: {}", words_for(direction).going_on, base::join(names, ", "));
}

std::string all_done_text(Direction direction) {
    return fmt::format("All services have {}", words_for(direction).done);
}

std::string some_failed_text(Direction direction, const std::vector<std::string>& names) {
    return fmt::format("Some services failed to {}: {}", words_for(direction).verb, base::join(names, ", "));
}

std::string event_text(Direction direction, const protocol::Event& event, std::int64_t now) {
    if (event.event == "started" || event.event == "stopped") {
        return message(fmt::format("{}: {}", words_for(direction).Done, event.service));
    }
    if (event.event == "failed") return failed(direction, event, now);
    if (event.event == "overtaken") return overtaken(direction, event);
    if (event.event == "notice") return message(base::printable(event.reason));
    if (event.event == "runaway") return killing("runaway processes which did not stop", kBuggy, event, now);
    if (event.event == "debugged") {
        return message("WARNING: Ending these processes of a debug session:") +
               process_table(event.processes, now) + "\n";
    }
    if (event.event == "escaped") {
        return killing("processes which were still running but escaped supervision",
                       "This usually means that pgctl's own processes were killed.", event, now);
    }
    return {};
}

bool is_decision(const protocol::Event& event) {
    return event.event == "started" || event.event == "stopped" || event.event == "failed" ||
           event.event == "overtaken";
}

}  // namespace cli
