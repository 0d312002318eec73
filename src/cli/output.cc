#include "cli/output.h"

#include <unistd.h>

#include <cerrno>

#include "os/standard_streams.h"

namespace cli {

std::string message(std::string_view text) {
    return std::string("[pgctl]").append(text.empty() ? "" : " ").append(text).append("\n");
}

std::string error_message(std::string_view text) {
    return message(std::string("ERROR: ").append(text));
}

void say(std::string_view lines) {
    static_cast<void>(os::write_to_stream(STDERR_FILENO, lines));
}

int print(std::string_view result) {
    if (result.empty()) return 0;
    const auto written = os::write_to_stream(STDOUT_FILENO, result);
    if (written || written.error().number == EPIPE) return 0;
    return complain(base::Error{.what = "stdout", .number = written.error().number}.message());
}

int complain(const std::vector<std::string>& errors) {
    std::string lines;
    for (const std::string& error : errors) lines += error_message(error);
    say(lines);
    return 1;
}

int complain(std::string_view error) {
    say(error_message(error));
    return 1;
}

}  // namespace cli
