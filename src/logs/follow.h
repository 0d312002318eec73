// Several logs followed at once, as tail --verbose --follow=name --retry shows them.
// Used by `pgctl log` on a terminal. It asks the files when it is told to, never waits, and writes nowhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "logs/log_reader.h"
#include "logs/tail.h"
#include "logs/terminal_text.h"

namespace logs {

class Follower {
  public:
    // How long to wait after poll() had nothing.
    static constexpr std::chrono::milliseconds kInterval{200};

    enum class Target { terminal, pipe };  // what goes to a terminal is made harmless, colours are kept

    Follower(const std::vector<LogPath>& files, Target target);

    // The last lines of each, with all headers. To be called once, first.
    [[nodiscard]] std::string begin(size_t lines = 30);
    // What was added since, bounded; a header where another file goes on than the one that was shown last.
    // When there was something there may be more.
    [[nodiscard]] std::string poll();
    // What ends the line that was shown last, so that something else can be shown: "" where it is whole.
    [[nodiscard]] std::string end_line() { return std::exchange(mid_line_, false) ? "\n" : ""; }

  private:
    struct Followed {
        std::string shown;
        LogReader reader;
        TerminalFilter filter;
    };

    [[nodiscard]] std::string shown_text(Followed& file, const std::string& bytes);
    void add_header(std::string& text, const Followed& file);

    std::vector<Followed> files_;
    Target target_;
    const Followed* last_shown_ = nullptr;
    bool mid_line_ = false;
};

}  // namespace logs
