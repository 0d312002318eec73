// `pgctl log`: the end of the services' logs and, on a terminal, what is added to them from then on, and why
// nothing is. It makes no file.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/log_warnings.h"
#include "cli/output.h"
#include "logs/follow.h"
#include "os/clock.h"
#include "os/path_status.h"
#include "os/standard_streams.h"
#include "os/terminal.h"

namespace cli {

namespace {

constexpr auto kBetweenLooks = std::chrono::seconds(1);

// What there is to say of logs that are not being written. A supervisor that does not answer keeps nobody
// from his logs, and looking at them starts nothing.
class Troubles {
  public:
    Troubles(Session& session, const Services& services) : session_(session), services_(services) {}

    [[nodiscard]] std::string news() {
        std::string news = warnings_.news(services_, session_.playgrounds.glance(services_));
        looked_ = os::monotonic_now();  // where nobody answers, the glance has taken its time
        return news;
    }

    // The same, to be called again and again: as long as no output waits, no supervisor is woken for it.
    [[nodiscard]] std::string next_news() {
        if (!looked_) return news();
        if (os::monotonic_now() < *looked_ + kBetweenLooks) return {};
        looked_ = os::monotonic_now();
        if (!warnings_.lasting() && !session_.playgrounds.output_waits(services_)) return {};
        return news();
    }

  private:
    Session& session_;
    const Services& services_;
    LogWarnings warnings_;
    std::optional<std::chrono::nanoseconds> looked_;
};

// Until it is interrupted, or the terminal has gone.
int follow(const std::vector<logs::LogPath>& paths, Troubles& troubles) {
    logs::Follower follower(paths, logs::Follower::Target::terminal);
    std::string text = follower.begin(), warnings;
    while (true) {
        if (!warnings.empty()) text += follower.end_line();
        if (!text.empty() && !os::write_to_stream(STDOUT_FILENO, text)) return 0;
        if (!warnings.empty()) say(warnings);
        if (text.empty()) std::this_thread::sleep_for(logs::Follower::kInterval);
        text = follower.poll();
        warnings = troubles.next_news();
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
    Troubles troubles(session, *services);
    if (os::is_terminal(STDOUT_FILENO)) return follow(paths, troubles);
    const int shown = print(logs::tail_text(paths));
    if (const std::string warnings = troubles.news(); !warnings.empty()) say(warnings);
    return std::max(code, shown);
}

}  // namespace cli
