#include "logs/terminal_text.h"

#include "logs/utf8.h"

namespace logs {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr unsigned char kEscape = 0x1b;
constexpr size_t kLongestParameters = 64;

// C0, DEL and C1 (which a terminal obeys in UTF-8 as well).
bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

}  // namespace

std::string TerminalFilter::filtered(std::string_view bytes) {
    const std::string joined = cut_ + std::string(bytes);
    cut_.clear();
    std::string_view rest = joined;
    std::string out;
    out.reserve(rest.size());
    while (!rest.empty()) {
        if (state_ == State::text) {
            if (!take_text(rest, out)) break;
        } else {
            take(static_cast<unsigned char>(rest[0]), out);
            rest.remove_prefix(1);
        }
    }
    return out;
}

// One character. False: the rest is the beginning of one.
bool TerminalFilter::take_text(std::string_view& bytes, std::string& out) {
    const Character character = first_character(bytes);
    if (character.kind == Character::Kind::incomplete) {
        cut_ = bytes;
        return false;
    }
    if (character.kind == Character::Kind::invalid) {
        out += kReplacement;
    } else if (character.code == '\n') {
        end_line(out);
    } else if (character.code == kEscape) {
        state_ = State::escape;
    } else if (character.code == '\t' || !is_control(character.code)) {
        out += bytes.substr(0, character.length);
    }
    bytes.remove_prefix(character.length);
    return true;
}

void TerminalFilter::take(unsigned char byte, std::string& out) {
    if (byte == '\n') {
        state_ = State::text;
        return end_line(out);
    }
    switch (state_) {
        case State::escape:
            return take_escape(byte);
        case State::control_sequence:
            return take_control_sequence(byte, out);
        case State::control_string:
            if (byte == '\a') state_ = State::text;
            if (byte == kEscape) state_ = State::string_escape;
            return;
        case State::string_escape:
            state_ = byte == '\\' ? State::text : State::control_string;
            return;
        case State::text:
            return;
    }
}

void TerminalFilter::take_escape(unsigned char byte) {
    if (byte == '[') {
        parameters_.clear();
        state_ = State::control_sequence;
    } else if (std::string_view("]PX^_").contains(static_cast<char>(byte))) {
        state_ = State::control_string;
    } else if (byte != kEscape && (byte < 0x20 || byte >= 0x30)) {
        state_ = State::text;  // what lies between, as in ESC ( B, goes on
    }
}

void TerminalFilter::take_control_sequence(unsigned char byte, std::string& out) {
    if (byte == kEscape) {
        state_ = State::escape;
        return;
    }
    if (byte >= 0x20 && byte < 0x40) {
        if (parameters_.size() < kLongestParameters) parameters_ += static_cast<char>(byte);
        return;
    }
    state_ = State::text;
    const bool plain = parameters_.find_first_not_of("0123456789;:") == std::string::npos;
    if (byte != 'm' || !plain || colours_ == Colours::drop || parameters_.size() == kLongestParameters)
        return;
    out.append("\x1b[").append(parameters_).append("m");
    coloured_ = true;
}

void TerminalFilter::end_line(std::string& out) {
    if (coloured_) out += "\x1b[0m";
    coloured_ = false;
    out += '\n';
}

}  // namespace logs
