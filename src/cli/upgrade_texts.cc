#include "cli/upgrade_texts.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

namespace cli {

namespace {

std::vector<int> numbers_of(std::string_view version) {
    std::vector<int> numbers;
    while (!version.empty()) {
        int number = 0;
        const auto [end, error] = std::from_chars(version.begin(), version.end(), number);
        if (error != std::errc()) break;
        numbers.push_back(number);
        if (end == version.end() || *end != '.') break;
        version.remove_prefix(static_cast<size_t>(end - version.begin()) + 1);
    }
    return numbers;
}

}  // namespace

bool is_newer(std::string_view version, std::string_view other) {
    return numbers_of(version) > numbers_of(other);
}

bool upgrades_by_itself(const Program& ours, const protocol::Status& running) {
    return !running.version.empty() && is_newer(ours.version, running.version) && !ours.identity.empty() &&
           ours.identity != running.rejected;
}

std::string upgraded_text(std::string_view from, std::string_view to) {
    return fmt::format("{}: {} -> {}", is_newer(from, to) ? "Downgraded" : "Upgraded", from, to);
}

std::string already_current_text(std::string_view version) {
    return fmt::format("Already current: {}", version);
}

std::string not_upgraded_text(std::string_view from, std::string_view to, std::string_view failure) {
    return fmt::format("not upgraded, {} goes on: {}: {}", from, to, failure);
}

}  // namespace cli
