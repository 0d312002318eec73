// The box with the newest log lines of several services that start and stop show on a terminal (contract.md
// section 5). Used by the client while a change is under way. It makes strings for one write each and never
// writes itself.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "logs/log_reader.h"
#include "logs/terminal_text.h"

namespace logs {

inline constexpr int kLogBoxHeight = 20;  // lines, borders included

// The title line and the box below it, as wide as the terminal less one column. Pure. `columns` of 5 and
// fewer count as 80, since a pseudo-terminal that nobody sized has none. The last lines that fit are shown,
// each cut at the box.
[[nodiscard]] std::string drawn_log_box(const std::string& title, const std::vector<std::string>& lines,
                                        int columns);

class LogBox {
  public:
    // Its last ten lines are shown at first, then every new one, as "[name] line".
    void add_service(const std::string& name, const std::string& path);
    // Nothing of it that comes from now on.
    void stop(const std::string& name);

    // Takes in new lines. True where the box as it was drawn last is out of date: lines came, or the terminal
    // has another width.
    [[nodiscard]] bool poll(int columns);
    // Takes away the box that was drawn before, says `changes`, a line each, and draws the box again, under
    // `title` ("Still starting: a, b"). An empty title: no box until the next call.
    [[nodiscard]] std::string redraw(const std::string& title, const std::vector<std::string>& changes,
                                     int columns);

  private:
    struct Shown {
        std::string name;
        LogReader reader;
        TerminalFilter filter;
        std::string unfinished;  // the beginning of a line
        bool begun = false;
    };

    [[nodiscard]] bool take_new_lines(Shown& service);
    void add_line(const Shown& service);

    std::vector<Shown> services_;
    std::deque<std::string> lines_;
    int drawn_columns_ = 0;  // 0: no box is on the screen
    bool out_of_date_ = true;
};

}  // namespace logs
