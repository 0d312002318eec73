// What is known of the terminal a descriptor leads to. Used by the client to decide about colours, the log
// box and following. It never changes a terminal's settings.
#pragma once

namespace os {

[[nodiscard]] bool is_terminal(int fd);
// 0 where it is no terminal or nobody has set its size.
[[nodiscard]] int terminal_columns(int fd);
[[nodiscard]] int terminal_rows(int fd);

}  // namespace os
