#include "logs/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace logs {

namespace {

constexpr size_t kSecondDigits = 16;
constexpr size_t kNanosecondDigits = 8;
constexpr size_t kLabelSize = 1 + kSecondDigits + kNanosecondDigits;
// TAI64 of 1970, and the seconds that TAI is ahead of UTC since 2017 (https://cr.yp.to/libtai/tai64.html;
// IERS bulletin C).
constexpr std::uint64_t kTaiEpoch = (std::uint64_t{1} << 62) + 37;

struct Label {
    std::uint64_t seconds = 0;
    std::uint64_t nanoseconds = 0;

    auto operator<=>(const Label&) const = default;
};

std::uint64_t hexadecimal(std::string_view digits) {
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

Label label_of(std::string_view name) {
    return {.seconds = hexadecimal(name.substr(1, kSecondDigits)),
            .nanoseconds = hexadecimal(name.substr(1 + kSecondDigits, kNanosecondDigits))};
}

Label after(Label label) {
    if (label.nanoseconds < 999'999'999)
        return {.seconds = label.seconds, .nanoseconds = label.nanoseconds + 1};
    return {.seconds = label.seconds + 1, .nanoseconds = 0};
}

}  // namespace

bool is_archive_name(std::string_view name) {
    if (name.size() != kLabelSize + 2 || !name.starts_with('@')) return false;
    const std::string_view digits = name.substr(1, kLabelSize - 1);
    const bool hexadecimal_digits = digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    return hexadecimal_digits && (name.ends_with(".s") || name.ends_with(".u"));
}

std::vector<std::string> archives_among(const std::vector<std::string>& names) {
    std::vector<std::string> archives;
    std::ranges::copy_if(names, std::back_inserter(archives), is_archive_name);
    std::ranges::sort(archives);
    return archives;
}

std::string next_archive_name(const std::vector<std::string>& archives, WallTime now) {
    Label label{.seconds = kTaiEpoch + static_cast<std::uint64_t>(now.seconds),
                .nanoseconds = static_cast<std::uint64_t>(now.nanoseconds)};
    if (!archives.empty()) label = std::max(label, after(label_of(archives.back())));
    return fmt::format("@{:016x}{:08x}.s", label.seconds, label.nanoseconds);
}

std::vector<std::string> surplus_archives(std::vector<std::string> archives, size_t keep) {
    archives.resize(archives.size() - std::min(archives.size(), keep));
    return archives;
}

}  // namespace logs
