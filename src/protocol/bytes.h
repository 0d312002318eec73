// Bytes in JSON: an environment or a path may hold any byte, a JSON string only Unicode. Each byte becomes
// the code point of its number (ISO 8859-1), so that ASCII stays readable and everything comes back as it
// was. Used by the messages. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace protocol {

[[nodiscard]] std::string text_of_bytes(std::string_view bytes);
// Nothing where `text` holds a code point above U+00FF, or is no UTF-8.
[[nodiscard]] std::optional<std::string> bytes_of_text(std::string_view text);

}  // namespace protocol
