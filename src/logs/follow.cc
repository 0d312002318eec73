#include "logs/follow.h"

namespace logs {

Follower::Follower(const std::vector<LogPath>& files, Target target) : target_(target) {
    for (const LogPath& file : files) {
        files_.push_back(
            {.shown = file.shown, .reader = LogReader(file.path), .filter = TerminalFilter(Colours::keep)});
    }
}

void Follower::add_header(std::string& text, const Followed& file) {
    if (mid_line_) text += '\n';
    if (last_shown_ != nullptr) text += '\n';
    text += tail_header(file.shown);
    last_shown_ = &file;
    mid_line_ = false;
}

std::string Follower::shown_text(Followed& file, const std::string& bytes) {
    std::string text = target_ == Target::terminal ? file.filter.filtered(bytes) : bytes;
    if (!text.empty()) mid_line_ = !text.ends_with('\n');
    return text;
}

std::string Follower::begin(size_t lines) {
    std::string text;
    for (Followed& file : files_) {
        add_header(text, file);
        text += shown_text(file, file.reader.last_lines(lines));
    }
    return text;
}

std::string Follower::poll() {
    std::string text;
    for (Followed& file : files_) {
        const std::string bytes = file.reader.read_new();
        if (bytes.empty()) continue;
        if (last_shown_ != &file) add_header(text, file);
        text += shown_text(file, bytes);
    }
    return text;
}

}  // namespace logs
