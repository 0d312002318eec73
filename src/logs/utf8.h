// One character at a time out of bytes that may be UTF-8 (RFC 3629) and may be anything. Pure.
// Used where foreign text is shown on a terminal. It never fails: what is not UTF-8 is one invalid byte.
#pragma once

#include <cstdint>
#include <string_view>

namespace logs {

struct Character {
    enum class Kind {
        valid,
        invalid,
        incomplete
    };  // incomplete: valid so far, the text ends in the middle of it

    Kind kind = Kind::invalid;
    char32_t code = 0;
    size_t length = 1;  // bytes
};

// The first one of `text`, which is not empty.
[[nodiscard]] Character first_character(std::string_view text);

}  // namespace logs
