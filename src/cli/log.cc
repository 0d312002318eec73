// `pgctl log`: the end of the services' logs and, on a terminal, what is added to them from then on. It makes
// no file.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/output.h"
#include "logs/follow.h"
#include "os/path_status.h"
#include "os/standard_streams.h"
#include "os/terminal.h"

namespace cli {

namespace {

// Until it is interrupted, or the terminal has gone.
int follow(const std::vector<logs::LogPath>& paths) {
    logs::Follower follower(paths, logs::Follower::Target::terminal);
    std::string text = follower.begin();
    while (true) {
        if (!text.empty() && !os::write_to_stream(STDOUT_FILENO, text)) return 0;
        if (text.empty()) std::this_thread::sleep_for(logs::Follower::kInterval);
        text = follower.poll();
    }
}

// Those that are there and can't be read; what is not there is empty.
int complain_of_unreadable(const std::vector<logs::LogPath>& paths) {
    int code = 0;
    for (const auto& path : paths) {
        const auto readable = os::readable(path.path);
        if (!readable && readable.error().number != ENOENT)
            code = complain(path.shown + ": " + std::strerror(readable.error().number));
    }
    return code;
}

}  // namespace

int log(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    const auto paths = log_paths(*services);
    if (paths.empty()) return 0;
    const int code = complain_of_unreadable(paths);
    const int shown = os::is_terminal(STDOUT_FILENO) ? follow(paths) : print(logs::tail_text(paths));
    return std::max(code, shown);
}

}  // namespace cli
