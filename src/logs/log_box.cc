#include "logs/log_box.h"

#include <fmt/format.h>

#include <algorithm>

#include "logs/columns.h"

namespace logs {

namespace {

constexpr size_t kInnerHeight = kLogBoxHeight - 2;
constexpr size_t kLinesAtFirst = 10;
constexpr size_t kLongestLine = 4096;  // bytes: wider than any box

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

// The right border is put at its column whatever the line does there: terminals disagree about the width of
// some characters.
std::string box_line(const std::string& line, int width) {
    return fmt::format("\x1b[1m║\x1b[0m{}\x1b[{}G\x1b[1m║\x1b[0K\x1b[0m\n", fitted(line, width - 2), width);
}

std::string border(std::string_view left, std::string_view right, int width) {
    return fmt::format("{}{}{}\x1b[0K\x1b[0m\n", left, repeated("═", width - 2), right);
}

}  // namespace

std::string drawn_log_box(const std::string& title, const std::vector<std::string>& lines, int columns) {
    const int width = (columns <= 5 ? 80 : columns) - 1;
    const size_t hidden = lines.size() - std::min(lines.size(), kInnerHeight);
    // No wrapping and no cursor while it is drawn.
    std::string text = "\x1b[?7l" + title + "\n\x1b[?7h\x1b[?7l\x1b[?25l\x1b[1m";
    text += border("╔", "╗", width);
    for (size_t row = 0; row < kInnerHeight; ++row) {
        text += box_line(hidden + row < lines.size() ? lines[hidden + row] : "", width);
    }
    // Not bold, as it has always been.
    text += border("╚", "╝", width);
    return text += "\x1b[?7h\x1b[?25h";
}

void LogBox::add_service(const std::string& name, const std::string& path) {
    services_.push_back({.name = name, .reader = LogReader(path), .filter = TerminalFilter(Colours::drop)});
}

void LogBox::stop(const std::string& name) {
    std::erase_if(services_, [&name](const Shown& service) { return service.name == name; });
}

bool LogBox::poll(int columns) {
    for (Shown& service : services_) {
        while (take_new_lines(service)) out_of_date_ = true;
    }
    return out_of_date_ || drawn_columns_ != columns;
}

// True where there was something, so that there may be more.
bool LogBox::take_new_lines(Shown& service) {
    const std::string bytes =
        service.begun ? service.reader.read_new() : service.reader.last_lines(kLinesAtFirst);
    service.begun = true;
    for (const char byte : service.filter.filtered(bytes)) {
        if (byte == '\n') {
            add_line(service);
            service.unfinished.clear();
        } else if (service.unfinished.size() < kLongestLine) {
            service.unfinished += byte;
        }
    }
    return !bytes.empty();
}

void LogBox::add_line(const Shown& service) {
    lines_.push_back("[" + service.name + "] " + service.unfinished);
    if (lines_.size() > kInnerHeight) lines_.pop_front();
}

std::string LogBox::redraw(const std::string& title, const std::vector<std::string>& changes, int columns) {
    std::string text;
    if (drawn_columns_ != 0) text += fmt::format("\x1b[{}F", kLogBoxHeight + 1);
    text += "\x1b[0J";
    for (const std::string& change : changes) text += change + "\n";
    if (!title.empty()) text += drawn_log_box(title, {lines_.begin(), lines_.end()}, columns);
    drawn_columns_ = title.empty() ? 0 : columns;
    out_of_date_ = false;
    return text;
}

}  // namespace logs
