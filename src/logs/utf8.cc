#include "logs/utf8.h"

namespace logs {

namespace {

struct Lead {
    size_t length = 0;  // 0: no first byte of anything
    char32_t bits = 0;
    char32_t smallest = 0;  // below it the same character has a shorter form
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) return {.length = 1, .bits = byte, .smallest = 0};
    if (byte >= 0xc2 && byte < 0xe0) return {.length = 2, .bits = byte & 0x1fU, .smallest = 0x80};
    if (byte >= 0xe0 && byte < 0xf0) return {.length = 3, .bits = byte & 0x0fU, .smallest = 0x800};
    if (byte >= 0xf0 && byte < 0xf5) return {.length = 4, .bits = byte & 0x07U, .smallest = 0x10000};
    return {};
}

bool is_code_point(char32_t code) {
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

}  // namespace

Character first_character(std::string_view text) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[0]));
    if (lead.length == 0) return {};
    char32_t code = lead.bits;
    for (size_t at = 1; at < lead.length; ++at) {
        if (at == text.size()) return {.kind = Character::Kind::incomplete, .code = 0, .length = text.size()};
        const auto byte = static_cast<unsigned char>(text[at]);
        if ((byte & 0xc0) != 0x80) return {};
        code = code << 6 | (byte & 0x3fU);
    }
    if (code < lead.smallest || !is_code_point(code)) return {};
    return {.kind = Character::Kind::valid, .code = code, .length = lead.length};
}

}  // namespace logs
