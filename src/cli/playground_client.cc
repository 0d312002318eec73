#include "cli/playground_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "base/version.h"
#include "cli/http_exchange.h"
#include "cli/keeper_start.h"
#include "cli/patience.h"
#include "cli/runtime_access.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/pipe.h"
#include "os/proc.h"
#include "os/program_file.h"
#include "os/socket.h"

namespace cli {

namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenTries = 2ms;
constexpr auto kLongestPause = 50ms;
constexpr double kGlance = 1;           // seconds
constexpr double kBetweenLooks = 1;     // seconds, at whether somebody has stopped the supervisor
constexpr unsigned kUnavailable = 503;  // RFC 9110: the supervisor can't work here, and says why

Refusal refusal(std::string line) {
    Refusal refused;
    refused.errors.push_back(std::move(line));
    return refused;
}

Refusal listens(const std::string& path, uid_t user) {
    return refusal(path + ": another user (uid " + std::to_string(user) + ") listens there");
}

// Of a supervisor that got the request at `asked`. Nothing: it is time to ask the next one.
std::optional<Refusal> after_death(Patience& patience, Moment asked) {
    if (!patience.lasts(asked, os::monotonic_now()))
        return refusal("the supervisor of this playground ends again and again");
    std::this_thread::sleep_for(kBetweenTries);
    return {};
}

bool nobody_there(const base::Error& error) {
    return error.number == ENOENT || error.number == ECONNREFUSED || error.number == ENOTDIR;
}

bool connection_died(const base::Error& error) {
    return error.number == ECONNRESET || error.number == EPIPE;
}

// What the child of a keeper is: "supervisor", "logger"; empty for a service's keeper, which shows its whole
// title as one argument (keeper/title.h).
std::string role_of(const os::Proc& proc, pid_t child) {
    const auto arguments = proc.command_line(child);
    return arguments && arguments->size() > 1 ? (*arguments)[1] : "";
}

bool supervisor_is_stopped(pid_t keeper) {
    const os::Proc proc;
    return std::ranges::any_of(proc.children(keeper), [&](pid_t child) {
        const auto stat = proc.stat(child);
        return role_of(proc, child) == "supervisor" && stat && stat->state == 'T';
    });
}

bool keeps_services(pid_t keeper) {
    const os::Proc proc;
    return std::ranges::any_of(proc.children(keeper),
                               [&](pid_t child) { return role_of(proc, child).empty(); });
}

os::Fd process_of(pid_t pid) {
    return os::Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

void await_end_of(const os::Fd& process) {
    if (!process.valid()) return;
    pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
    while (::poll(&ended, 1, static_cast<int>(patience.count())) < 0 && errno == EINTR) {
    }
}

// After a supervisor has said that it can't work here, all of ours end, unless services run.
void await_given_up(int socket) {
    const auto keeper = os::peer_of(socket);  // who made the socket
    if (!keeper) return;
    const os::Fd process = process_of(keeper->pid);
    if (!keeps_services(keeper->pid)) await_end_of(process);
}

// What a stream has already told of, so that a request sent again asks only for the rest.
class Progress {
  public:
    void note(const protocol::Event& event) {
        static const std::set<std::string> decisions = {"started", "stopped", "failed", "overtaken"};
        if (decisions.contains(event.event)) decided_.insert(event.service);
    }
    [[nodiscard]] std::vector<std::string> rest(const std::vector<std::string>& services) const {
        std::vector<std::string> left;
        std::ranges::copy_if(services, std::back_inserter(left),
                             [&](const auto& name) { return !decided_.contains(name); });
        return left;
    }

  private:
    std::set<std::string> decided_;
};

}  // namespace

struct PlaygroundClient::Connection {
    std::string pghome;
    std::string playground;
    protocol::RuntimeDirectory directory;
    os::Fd socket;
    std::string unread;  // of this socket (http_exchange.h)
    std::optional<protocol::ClaimRequest> claim;

    Answer<bool> open(bool start_keeper);
    Answer<HttpAnswer> ask(const std::string& method, const std::string& target, const std::string& body,
                           const std::function<void(const std::string&)>& on_line, bool& died,
                           const Listener& listener = {});
    Answer<std::optional<HttpAnswer>> ask_patiently(const std::string& method, const std::string& target,
                                                    const std::string& body);
    std::optional<Refusal> claim_again();
    [[nodiscard]] Silence watchful(const Listener& listener) const;
    [[nodiscard]] std::string why_silent() const;
    template <class Request>
    Answer<protocol::Event> change(const std::string& target, Request request, const Listener& listener,
                                   bool start_keeper);
};

// True where it is connected; false where nobody listens and none is to be started.
Answer<bool> PlaygroundClient::Connection::open(bool may_start_keeper) {
    if (socket.valid()) return true;
    if (const auto trusted = verify(pghome, directory); !trusted)
        return std::unexpected(refusal(trusted.error().message()));
    const auto deadline = os::monotonic_now() + kPatience;
    auto pause = kBetweenTries;
    while (true) {
        auto connected = os::connect_to(directory.socket());
        if (connected) {
            // Whoever listens there gets our environment.
            const auto peer = os::peer_of(connected->get());
            if (!peer) return std::unexpected(refusal(peer.error().message()));
            if (peer->user != ::geteuid()) return std::unexpected(listens(directory.socket(), peer->user));
            socket = std::move(*connected);
            unread.clear();
            return true;
        }
        const bool full = connected.error().number == EAGAIN;  // the backlog
        if (!full && !nobody_there(connected.error()))
            return std::unexpected(refusal(connected.error().message()));
        // A socket that nobody listens at is left over from a keeper that was killed: what it kept may still
        // run.
        const bool crashed = connected.error().number == ECONNREFUSED;
        if (!full && !crashed && !may_start_keeper) return false;
        if (os::monotonic_now() > deadline) {
            return std::unexpected(
                refusal("the keeper of this playground does not listen at " + directory.socket()));
        }
        if (!full) {
            if (const auto made = make(pghome, directory); !made)
                return std::unexpected(refusal(made.error().message()));
            if (const auto started = start_keeper(playground, directory); !started)
                return std::unexpected(refusal(started.error().message()));
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, kLongestPause);
    }
}

// It refers to `listener`.
Silence PlaygroundClient::Connection::watchful(const Listener& listener) const {
    const double seconds = listener.on_interval ? std::min(listener.interval, kBetweenLooks) : kBetweenLooks;
    const auto asked = os::monotonic_now();
    return {.seconds = seconds,
            .call = [this, asked, &listener, suspicion = Suspicion(asked)](bool answering) mutable {
                if (listener.on_interval) listener.on_interval();
                const auto now = os::monotonic_now();
                if (!answering && now - asked > kPatience) return false;
                if (!suspicion.is_due(now)) return true;
                const auto peer = os::peer_of(socket.get());
                return !suspicion.grows(peer && supervisor_is_stopped(peer->pid), now);
            }};
}

std::string PlaygroundClient::Connection::why_silent() const {
    const auto peer = os::peer_of(socket.get());
    return peer && supervisor_is_stopped(peer->pid) ? " (stopped)" : "";
}

// `died` tells that the connection ended under the request, which can be sent again.
Answer<HttpAnswer> PlaygroundClient::Connection::ask(const std::string& method, const std::string& target,
                                                     const std::string& body,
                                                     const std::function<void(const std::string&)>& on_line,
                                                     bool& died, const Listener& listener) {
    auto answer = exchange(socket.get(), unread, method, target, body, on_line, watchful(listener));
    died = !answer && connection_died(answer.error());
    if (!answer) {
        const std::string silent = why_silent();
        socket.reset();
        if (answer.error().number == ETIMEDOUT) {
            return std::unexpected(refusal("the supervisor of this playground is not responding" + silent));
        }
        return std::unexpected(refusal(answer.error().message()));
    }
    if (answer->status == 200) return std::move(*answer);
    if (answer->status == kUnavailable) await_given_up(std::exchange(socket, {}).get());
    if (answer->status == 409) {
        Refusal refused;
        refused.claimed = protocol::from_text<protocol::Claimed>(answer->body).value_or(protocol::Claimed{});
        return std::unexpected(refused);
    }
    if (answer->status == 404) {
        return std::unexpected(refusal("this playground is run by " + answer->server + ", which this pgctl " +
                                       base::version() + " can't talk to; stop it with that version first"));
    }
    Refusal refused;
    refused.errors =
        protocol::from_text<protocol::Complaint>(answer->body).value_or(protocol::Complaint{}).errors;
    if (refused.errors.empty())
        refused.errors.push_back("the supervisor answered with HTTP " + std::to_string(answer->status));
    return std::unexpected(refused);
}

// Again when the supervisor died under it; nothing where none runs.
Answer<std::optional<HttpAnswer>> PlaygroundClient::Connection::ask_patiently(const std::string& method,
                                                                              const std::string& target,
                                                                              const std::string& body) {
    Patience patience(os::monotonic_now());
    while (true) {
        const auto opened = open(false);
        if (!opened) return std::unexpected(opened.error());
        if (!*opened) return std::nullopt;
        bool died = false;
        const auto asked = os::monotonic_now();
        auto answer = ask(method, target, body, {}, died);
        if (answer) return std::move(*answer);
        if (!died) return std::unexpected(answer.error());
        if (const auto given_up = after_death(patience, asked)) return std::unexpected(*given_up);
    }
}

std::optional<Refusal> PlaygroundClient::Connection::claim_again() {
    if (!claim) return {};
    bool died = false;
    const auto answer = ask("POST", "/v1/claim", protocol::to_text(*claim), {}, died);
    if (answer || died) return {};
    return answer.error();
}

template <class Request>
Answer<protocol::Event> PlaygroundClient::Connection::change(const std::string& target, Request request,
                                                             const Listener& listener,
                                                             bool may_start_keeper) {
    const std::vector<std::string> all = request.services;
    Progress progress;
    Patience patience(os::monotonic_now());
    while (true) {
        const bool fresh = !socket.valid();
        const auto opened = open(may_start_keeper);
        if (!opened) return std::unexpected(opened.error());
        if (!*opened) return protocol::Event{.event = "end", .last = true};
        const auto asked = os::monotonic_now();
        if (fresh) {
            if (auto refused = claim_again()) return std::unexpected(*refused);
        }
        if (!socket.valid()) {
            if (const auto given_up = after_death(patience, asked)) return std::unexpected(*given_up);
            continue;
        }
        std::optional<protocol::Event> end;
        std::optional<Refusal> unreadable;
        request.services = progress.rest(all);
        bool died = false;
        const auto answer = ask(
            "POST", target, protocol::to_text(request),
            [&](const std::string& line) {
                const auto event = protocol::from_text<protocol::Event>(line);
                if (!event)
                    return void(unreadable = refusal("the supervisor's answer: " + event.error().message()));
                progress.note(*event);
                event->event == "end" ? void(end = *event) : listener.on_event(*event);
            },
            died, listener);
        if (unreadable) return std::unexpected(*unreadable);
        if (end) return *end;
        if (answer) return std::unexpected(refusal("the supervisor's answer had no end"));
        if (!died) return std::unexpected(answer.error());
        if (const auto given_up = after_death(patience, asked)) return std::unexpected(*given_up);
    }
}

Program own_program() {
    return {.version = base::version(), .identity = os::own_program_identity()};
}

PlaygroundClient::PlaygroundClient(const std::string& pghome, const std::string& playground, Tell tell)
    : connection_(std::make_unique<Connection>(
          Connection{.pghome = pghome, .playground = playground, .directory = {pghome, playground}})),
      tell_(std::move(tell)) {}
PlaygroundClient::~PlaygroundClient() = default;
PlaygroundClient::PlaygroundClient(PlaygroundClient&&) noexcept = default;

Answer<std::optional<protocol::Status>> PlaygroundClient::status() {
    while (true) {
        const auto answer = connection_->ask_patiently("GET", "/v1/status", "");
        if (!answer) return std::unexpected(answer.error());
        if (!*answer) return std::nullopt;
        auto status = protocol::from_text<protocol::Status>((*answer)->body);
        if (!status) return std::unexpected(refusal("the supervisor's answer: " + status.error().message()));
        if (!std::exchange(met_, true) && upgrade_by_itself(*status)) continue;
        return std::move(*status);
    }
}

std::optional<protocol::Status> PlaygroundClient::glance() const {
    const protocol::RuntimeDirectory& directory = connection_->directory;
    if (!verify(connection_->pghome, directory)) return {};
    const auto socket = os::connect_to(directory.socket());
    if (!socket && nobody_there(socket.error())) return protocol::Status();
    const auto peer = socket ? os::peer_of(socket->get()) : base::Result<os::Peer>();
    if (!socket || !peer || peer->user != ::geteuid()) return {};
    std::string unread;
    const Silence silence{.seconds = kGlance, .call = [](bool) { return false; }};
    const auto answer = exchange(socket->get(), unread, "GET", "/v1/status", "", {}, silence);
    if (!answer || answer->status != 200) return {};
    auto status = protocol::from_text<protocol::Status>(answer->body);
    return status ? std::optional(std::move(*status)) : std::nullopt;
}

// Opening it for a moment changes nothing: the logger has it open as well, and takes what is in it.
bool PlaygroundClient::output_waits(const std::vector<std::string>& services) const {
    const protocol::RuntimeDirectory& directory = connection_->directory;
    if (!verify(connection_->pghome, directory)) return false;
    return std::ranges::any_of(services, [&](const std::string& service) {
        const auto output = os::open(directory.output(service), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
        return output && os::bytes_waiting(output->get()).value_or(0) > 0;
    });
}

Answer<std::string> PlaygroundClient::upgrade(const protocol::Status& running) {
    const Program ours = own_program();
    const protocol::Upgrade wanted{
        .token = std::random_device()(), .program = ours.identity, .version = ours.version};
    const auto answer = connection_->ask_patiently("POST", "/v1/upgrade", protocol::to_text(wanted));
    if (!answer) {
        Refusal refused = answer.error();
        for (std::string& error : refused.errors)
            error = not_upgraded_text(running.version, ours.version, error);
        return std::unexpected(std::move(refused));
    }
    if (!*answer)
        return std::unexpected(
            refusal(not_upgraded_text(running.version, ours.version, "everything has stopped meanwhile")));
    return upgraded_text(running.version, ours.version);
}

// True where what runs is another program now. That it is not does not keep us from what we were asked for.
bool PlaygroundClient::upgrade_by_itself(const protocol::Status& running) {
    if (!tell_ || !upgrades_by_itself(own_program(), running)) return false;
    const auto upgraded = upgrade(running);
    if (upgraded) {
        tell_(*upgraded);
    } else {
        for (const std::string& error : upgraded.error().errors) tell_("WARNING: " + error);
    }
    return upgraded.has_value();
}

// Before a request that may be the first.
std::optional<Refusal> PlaygroundClient::meet() {
    if (met_) return {};
    const auto running = status();
    if (!running) return running.error();
    return {};
}

Answer<protocol::Event> PlaygroundClient::start(const protocol::StartRequest& request,
                                                const Listener& listener) {
    if (auto refused = meet()) return std::unexpected(std::move(*refused));
    return connection_->change("/v1/start", request, listener, true);
}

Answer<protocol::Event> PlaygroundClient::stop(const protocol::StopRequest& request, const Listener& listener,
                                               bool even_if_nothing_runs) {
    if (auto refused = meet()) return std::unexpected(std::move(*refused));
    return connection_->change("/v1/stop", request, listener, even_if_nothing_runs);
}

Answer<protocol::Event> PlaygroundClient::restart(const protocol::RestartRequest& request,
                                                  const Listener& listener) {
    if (auto refused = meet()) return std::unexpected(std::move(*refused));
    return connection_->change("/v1/restart", request, listener, true);
}

Answer<std::optional<protocol::Held>> PlaygroundClient::claim(const protocol::ClaimRequest& request) {
    if (auto refused = meet()) return std::unexpected(std::move(*refused));
    const auto opened = connection_->open(false);
    if (!opened) return std::unexpected(opened.error());
    if (!*opened) return std::nullopt;
    bool died = false;
    const auto answer = connection_->ask("POST", "/v1/claim", protocol::to_text(request), {}, died);
    if (!answer && !died) return std::unexpected(answer.error());
    connection_->claim = request;
    if (!answer) return std::nullopt;
    return protocol::from_text<protocol::Held>(answer->body).value_or(protocol::Held{});
}

Answer<protocol::Changes> PlaygroundClient::changes(const protocol::ChangesRequest& request) {
    if (auto refused = meet()) return std::unexpected(std::move(*refused));
    const auto answer = connection_->ask_patiently("POST", "/v1/changes", protocol::to_text(request));
    if (!answer) return std::unexpected(answer.error());
    if (!*answer) return protocol::Changes{};
    auto changes = protocol::from_text<protocol::Changes>((*answer)->body);
    if (!changes) return std::unexpected(refusal("the supervisor's answer: " + changes.error().message()));
    return std::move(*changes);
}

void PlaygroundClient::overtake(const std::vector<std::string>& services) {
    const protocol::OvertakeRequest request{.services = services};
    static_cast<void>(connection_->ask_patiently("POST", "/v1/overtake", protocol::to_text(request)));
}

void PlaygroundClient::await_end() {
    const auto keeper = os::peer_of(connection_->socket.get());  // who made the socket
    if (!connection_->socket.valid() || !keeper) return;
    const os::Fd process = process_of(keeper->pid);
    connection_->claim.reset();
    bool died = false;
    static_cast<void>(connection_->ask("GET", "/v1/end", "", {}, died));
    connection_->socket.reset();
    if (died) await_end_of(process);
}

}  // namespace cli
