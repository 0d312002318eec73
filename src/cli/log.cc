// `pgctl log`: the end of the services' logs and, on a terminal, what is added to them from then on. It makes
// no file.

#include <unistd.h>

#include <thread>

#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/output.h"
#include "logs/follow.h"
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

}  // namespace

int log(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    const auto paths = log_paths(*services);
    if (paths.empty()) return 0;
    return os::is_terminal(STDOUT_FILENO) ? follow(paths) : print(logs::tail_text(paths));
}

}  // namespace cli
