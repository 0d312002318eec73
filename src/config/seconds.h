// A duration as users write it: a number of seconds. Used by interpret and service_settings.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace config {

// Longer ones are cut to this: it is for ever, and in nanoseconds still fits 64 bits beside any clock's time.
inline constexpr double kLongestSeconds = 1e9;

[[nodiscard]] inline std::optional<double> seconds_of(double number) {
    if (!std::isfinite(number) || number < 0) return std::nullopt;
    return std::min(number, kLongestSeconds);
}

[[nodiscard]] inline std::optional<double> seconds_of(std::string_view text) {
    const auto number = base::non_negative_number(text);
    return number ? seconds_of(*number) : std::nullopt;
}

}  // namespace config
