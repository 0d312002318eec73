#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace base {

std::string Error::message() const {
    if (number == 0) return what;
    return what + ": " + strerrordesc_np(number);
}

Error Error::in(std::string_view context) && {
    return {.what = std::string(context) + ": " + what, .number = number};
}

std::unexpected<Error> system_error(std::string what) {
    return system_error(std::move(what), errno);
}

std::unexpected<Error> system_error(std::string what, int number) {
    return std::unexpected(Error{.what = std::move(what), .number = number});
}

std::unexpected<Error> failure(std::string what) {
    return std::unexpected(Error{.what = std::move(what)});
}

}  // namespace base
