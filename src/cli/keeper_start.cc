#include "cli/keeper_start.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "cli/enclosing_playground.h"
#include "cli/http_exchange.h"
#include "cli/runtime_access.h"
#include "keeper/role.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/inherited.h"
#include "os/socket.h"
#include "protocol/bytes.h"
#include "protocol/messages.h"

namespace cli {

namespace {

// How long another playground may take to start our keeper before we do it ourselves.
constexpr int kNeighbourlyTime = 10'000;  // milliseconds

bool becomes_readable(int fd) {
    pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
    int ready = 0;
    while ((ready = ::poll(&watched, 1, kNeighbourlyTime)) < 0 && errno == EINTR) {
    }
    return ready > 0;
}

bool accepted(const protocol::RuntimeDirectory& enclosing, const protocol::Neighbour& neighbour) {
    if (!verify(os::parent_of(enclosing.root()), enclosing)) return false;
    const auto socket = os::connect_to(enclosing.socket());
    if (!socket) return false;
    const auto peer = os::peer_of(socket->get());
    if (!peer || peer->user != ::geteuid()) return false;
    const Silence patience{.seconds = kNeighbourlyTime / 1000.0, .call = [](bool) { return false; }};
    std::string unread;
    const auto answer =
        exchange(socket->get(), unread, "POST", "/v1/neighbour", protocol::to_text(neighbour), {}, patience);
    return answer && answer->status == 200;
}

// Whether the keeper that we live below has started ours next to itself; then that has `pipe` open for
// writing.
bool started_beside_enclosing(const std::string& playground, const protocol::RuntimeDirectory& directory,
                              const os::Pipe& pipe) {
    const auto enclosing = enclosing_playground(os::Proc(), os::own_pid());
    if (!enclosing) return false;
    protocol::Neighbour neighbour{.playground = protocol::text_of_bytes(playground), .environment = {}};
    neighbour.answer =
        "/proc/" + std::to_string(os::own_pid()) + "/fd/" + std::to_string(pipe.write_end.get());
    for (const std::string& variable : keeper::role_environment(directory.root()))
        neighbour.environment.push_back(protocol::text_of_bytes(variable));
    if (!accepted(*enclosing, neighbour) || !becomes_readable(pipe.read_end.get())) return false;
    std::array<char, 1> opened{};
    return os::read_some(pipe.read_end.get(), opened).value_or(0) == opened.size();
}

}  // namespace

base::Status start_keeper(const std::string& playground, const protocol::RuntimeDirectory& directory) {
    auto listening = os::make_pipe();
    if (!listening) return base::passed_on(listening.error());
    if (!started_beside_enclosing(playground, directory, *listening)) {
        const auto started = keeper::start_role({.name = "keeper",
                                                 .playground = playground,
                                                 .environment = keeper::role_environment(directory.root()),
                                                 .passed_fd = listening->write_end.get(),
                                                 .detached = true});
        if (!started) return base::passed_on(started.error());
    }
    listening->write_end.reset();
    const auto told = os::read_to_end(listening->read_end.get(), 1 << 16);
    if (told && !told->empty()) return base::failure(*told);
    return {};
}

}  // namespace cli
