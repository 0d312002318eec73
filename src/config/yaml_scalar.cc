#include "config/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace config {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kDigitsAndBars = "0123456789_";

// YAML knows a word in three spellings only: lower case, capitalized, upper case.
bool is_word(std::string_view text, std::string_view lower) {
    const auto upper = [](char c) { return static_cast<char>(c - 'a' + 'A'); };
    if (text.size() != lower.size()) return false;
    if (text.substr(1) == lower.substr(1)) return text[0] == lower[0] || text[0] == upper(lower[0]);
    return std::ranges::equal(text, lower, {}, {}, upper);
}

bool is_any_word(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return is_word(text, word); });
}

bool consists_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::string without_bars(std::string_view text) {
    std::string digits(text);
    std::erase(digits, '_');
    return digits;
}

struct Signed {
    bool negative;
    std::string_view magnitude;
};

Signed split_sign(std::string_view text) {
    const bool has_sign = text.starts_with('-') || text.starts_with('+');
    return {.negative = text.starts_with('-'), .magnitude = text.substr(has_sign ? 1 : 0)};
}

nlohmann::json integer(bool negative, std::string_view digits, int radix) {
    const std::string clean = (negative ? "-" : "") + without_bars(digits);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(clean.data(), clean.data() + clean.size(), value, radix);
    if (error == std::errc()) return value;
    return std::strtod(clean.c_str(), nullptr);  // beyond 64 bits: as near as a double comes
}

std::optional<nlohmann::json> whole_number(std::string_view text) {
    const auto [negative, digits] = split_sign(text);
    if (digits == "0") return 0;
    if (digits.starts_with("0b") && consists_of(digits.substr(2), "01_"))
        return integer(negative, digits.substr(2), 2);
    if (digits.starts_with("0x") && consists_of(digits.substr(2), "0123456789abcdefABCDEF_")) {
        return integer(negative, digits.substr(2), 16);
    }
    if (digits.starts_with('0') && consists_of(digits.substr(1), "01234567_")) {
        return integer(negative, digits.substr(1), 8);
    }
    const bool decimal = consists_of(digits, kDigitsAndBars) && digits[0] != '0' && digits[0] != '_';
    if (decimal) return integer(negative, digits, 10);
    return std::nullopt;
}

// The length of "e+3" at the end of `text`, 0 where there is none: YAML 1.1 wants the sign.
size_t exponent_length(std::string_view text) {
    const size_t at = text.find_first_of("eE");
    if (at == std::string_view::npos || at + 2 >= text.size()) return 0;
    const bool has_sign = text[at + 1] == '-' || text[at + 1] == '+';
    return has_sign && consists_of(text.substr(at + 2), kDigits) ? text.size() - at : 0;
}

// "1.5", "1.", ".5", "1_0.5e+3"; a number that starts with the point has no sign.
std::optional<nlohmann::json> fraction(std::string_view text) {
    const auto [negative, magnitude] = split_sign(text);
    const std::string_view mantissa = magnitude.substr(0, magnitude.size() - exponent_length(magnitude));
    const size_t point = mantissa.find('.');
    if (point == std::string_view::npos) return std::nullopt;
    const std::string_view before = mantissa.substr(0, point);
    const std::string_view after = mantissa.substr(point + 1);
    if (!after.empty() && !consists_of(after, kDigitsAndBars)) return std::nullopt;
    if (before.empty() && (after.empty() || after[0] == '_' || magnitude.size() != text.size()))
        return std::nullopt;
    if (!before.empty() && (!consists_of(before, kDigitsAndBars) || before[0] == '_')) return std::nullopt;
    return std::strtod(without_bars(text).c_str(), nullptr);
}

bool is_base_60_digit(std::string_view text) {
    return consists_of(text, kDigits) && (text.size() == 1 || (text.size() == 2 && text[0] <= '5'));
}

// "1:30" is 90 and "1:30.5" is 90.5.
std::optional<nlohmann::json> base_60(std::string_view text) {
    const auto [negative, magnitude] = split_sign(text);
    const size_t point = std::min(magnitude.find('.'), magnitude.size());
    const std::vector<std::string> parts = base::split(magnitude.substr(0, point), ':');
    const bool whole = point == magnitude.size();
    if (parts.size() < 2 || !consists_of(parts[0], kDigitsAndBars) || parts[0][0] == '_') return std::nullopt;
    if (whole && parts[0][0] == '0') return std::nullopt;
    if (!std::all_of(parts.begin() + 1, parts.end(), is_base_60_digit)) return std::nullopt;
    const std::string_view rest = whole ? "" : magnitude.substr(point + 1);
    if (!rest.empty() && !consists_of(rest, kDigitsAndBars)) return std::nullopt;

    double value = 0;
    for (const std::string& part : parts)
        value = value * 60 + std::strtod(without_bars(part).c_str(), nullptr);
    value += std::strtod(("0." + without_bars(rest)).c_str(), nullptr);
    if (negative) value = -value;
    const bool fits = std::abs(value) < 9e15;  // whole numbers up to here are exact in a double
    return whole && fits ? nlohmann::json(static_cast<std::int64_t>(value)) : nlohmann::json(value);
}

std::optional<nlohmann::json> special_number(std::string_view text) {
    const auto [negative, magnitude] = split_sign(text);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (magnitude.starts_with('.') && is_word(magnitude.substr(1), "inf"))
        return negative ? -infinity : infinity;
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
    return std::nullopt;
}

}  // namespace

nlohmann::json plain_scalar(std::string_view text) {
    if (text.empty() || text == "~" || is_word(text, "null")) return nullptr;
    if (is_any_word(text, {"yes", "true", "on"})) return true;
    if (is_any_word(text, {"no", "false", "off"})) return false;
    using Reading = std::optional<nlohmann::json> (*)(std::string_view);
    for (const Reading reading : {&whole_number, &fraction, &base_60, &special_number}) {
        if (auto number = reading(text)) return std::move(*number);
    }
    return std::string(text);
}

}  // namespace config
