// What an operation that may fail returns: a value, or an error that says what was tried and why it failed.
// Used by every layer. It never throws, never prints, and knows no operating system beyond the number errno.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// `what` is one line for a person ("playground/a/run: exec"), without the cause when `number` tells it.
struct Error {
    std::string what;
    int number = 0;  // errno, 0 where no system call failed

    // "what: strerror(number)", or `what` alone where number is 0.
    [[nodiscard]] std::string message() const;
    // The same error one step further out: "context: what".
    [[nodiscard]] Error in(std::string_view context) &&;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

// An error that came from a system call: errno as it is now.
[[nodiscard]] std::unexpected<Error> system_error(std::string what);
[[nodiscard]] std::unexpected<Error> system_error(std::string what, int number);
// An error of ours or of the user's.
[[nodiscard]] std::unexpected<Error> failure(std::string what);
// Passes a callee's error on.
[[nodiscard]] inline std::unexpected<Error> passed_on(Error error) {
    return std::unexpected(std::move(error));
}

}  // namespace base
