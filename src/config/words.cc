#include "config/words.h"

#include <algorithm>

#include "base/text.h"

namespace config {

std::optional<bool> truth_of(std::string_view text) {
    const std::string word = lower_case(base::trim(text));
    if (word == "true" || word == "yes" || word == "on") return true;
    if (word.empty() || word == "false" || word == "no" || word == "off") return false;
    if (const auto number = base::non_negative_number(word)) return *number > 0;
    return std::nullopt;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

}  // namespace config
