// Makes what a service wrote harmless on a terminal: no cursor movement, no title, no answer-back, no
// carriage return. Used by the log box and by `pgctl log` on a terminal. It never touches what is stored; the
// file keeps every byte.
#pragma once

#include <string>
#include <string_view>

namespace logs {

enum class Colours {
    drop,
    keep
};  // keep: bold, colours and such (ECMA-48 SGR), put back to normal at each end of line

// One of them per stream: an escape sequence or a character may be cut anywhere between two calls.
class TerminalFilter {
  public:
    explicit TerminalFilter(Colours colours = Colours::drop) : colours_(colours) {}

    // Escape sequences (ECMA-48, ISO 2022) and control characters but newline and tab are left out; what is
    // not UTF-8 is shown as U+FFFD. A sequence without an end ends with its line.
    [[nodiscard]] std::string filtered(std::string_view bytes);

  private:
    enum class State { text, escape, control_sequence, control_string, string_escape };

    void take(unsigned char byte, std::string& out);
    [[nodiscard]] bool take_text(std::string_view& bytes, std::string& out);
    void take_escape(unsigned char byte);
    void take_control_sequence(unsigned char byte, std::string& out);
    void end_line(std::string& out);

    Colours colours_;
    State state_ = State::text;
    std::string cut_;         // the beginning of a character
    std::string parameters_;  // of the control sequence
    bool coloured_ = false;
};

}  // namespace logs
