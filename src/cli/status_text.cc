#include "cli/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/json_text.h"
#include "protocol/messages.h"

namespace cli {

namespace {

constexpr std::string_view kBold = "\x1b[1m", kGreen = "\x1b[92m", kYellow = "\x1b[93m", kRed = "\x1b[91m";
constexpr std::string_view kNormal = "\x1b[0m";

std::string_view colour_of(const std::string& state) {
    if (state == "ready") return kGreen;
    return state == "up" ? kYellow : kRed;
}

std::vector<std::string> components(const ServiceLine& line) {
    std::vector<std::string> found;
    const model::ServiceStatus& status = line.status;
    if (status.pid) found.push_back(fmt::format("pid: {}", *status.pid));
    if (status.exitcode) found.push_back(fmt::format("exitcode: {}", *status.exitcode));
    if (status.seconds) found.push_back(model::in_words(*status.seconds));
    if (status.process) found.push_back(*status.process);
    if (!line.remark.empty()) found.push_back(base::printable(line.remark));
    return found;
}

std::string service_text(const ServiceLine& line, bool coloured) {
    const auto in = [&](std::string_view style, std::string_view text) {
        return coloured ? fmt::format("{}{}{}", style, text, kNormal) : std::string(text);
    };
    const std::string& state = line.status.state;
    const std::string_view colour = colour_of(state);
    std::string text = fmt::format(" {} {}: {}\n", in(colour, "●"), in(kBold, base::printable(line.name)),
                                   in(std::string(kBold).append(colour), state));
    const auto below = components(line);
    if (!below.empty()) text += fmt::format("   └─ {}\n", base::join(below, ", "));
    return text;
}

}  // namespace

std::string status_text(std::vector<ServiceLine> lines, bool coloured) {
    std::ranges::sort(lines, {}, &ServiceLine::name);
    std::string text;
    for (const ServiceLine& line : lines) text += service_text(line, coloured);
    return text;
}

std::string status_json(const std::vector<ServiceLine>& lines) {
    nlohmann::json all = nlohmann::json::object();
    for (const ServiceLine& line : lines) all[line.name] = line.status;
    return config::printed_json(all) + "\n";
}

}  // namespace cli
