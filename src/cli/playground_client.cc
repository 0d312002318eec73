#include "cli/playground_client.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <thread>

#include "cli/http_exchange.h"
#include "cli/runtime_access.h"
#include "keeper/role.h"
#include "os/clock.h"
#include "os/proc.h"
#include "os/socket.h"

namespace cli {

namespace {

using namespace std::chrono_literals;

// How long a keeper may take to listen, and a dead supervisor to be replaced, on a machine that is short of
// everything.
constexpr auto kPatience = 60s;
constexpr auto kBetweenTries = 2ms;
// After this long without an answer we look whether somebody has stopped the supervisor.
constexpr double kSuspicious = 3;  // seconds

Refusal refusal(std::string line) {
    Refusal refused;
    refused.errors.push_back(std::move(line));
    return refused;
}

bool nobody_there(const base::Error& error) {
    return error.number == ENOENT || error.number == ECONNREFUSED || error.number == ENOTDIR;
}

bool connection_died(const base::Error& error) {
    return error.number == ECONNRESET || error.number == EPIPE;
}

bool supervisor_is_stopped(pid_t keeper) {
    const os::Proc proc;
    for (const pid_t child : proc.children(keeper)) {
        const auto arguments = proc.command_line(child);
        const auto stat = proc.stat(child);
        if (arguments && arguments->size() > 1 && (*arguments)[1] == "supervisor" && stat &&
            stat->state == 'T')
            return true;
    }
    return false;
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
    std::optional<protocol::ClaimRequest> claim;
    Silence silence;

    Answer<bool> open(bool start_keeper);
    std::optional<Refusal> start_keeper();
    Answer<HttpAnswer> ask(const std::string& method, const std::string& target, const std::string& body,
                           const std::function<void(const std::string&)>& on_line, bool& died);
    std::optional<Refusal> claim_again();
    [[nodiscard]] Silence watchful() const;
    [[nodiscard]] std::string why_silent() const;
    template <class Request>
    Answer<protocol::Event> change(const std::string& target, Request request, const OnEvent& on_event,
                                   bool start_keeper);
};

std::optional<Refusal> PlaygroundClient::Connection::start_keeper() {
    if (const auto made = make(pghome, directory); !made) return refusal(made.error().message());
    auto listening = os::make_pipe();
    if (!listening) return refusal(listening.error().message());
    const auto started = keeper::start_role({.name = "keeper",
                                             .playground = playground,
                                             .runtime = directory.root(),
                                             .passed_fd = listening->write_end.get(),
                                             .detached = true});
    if (!started) return refusal(started.error().message());
    listening->write_end.reset();
    const auto told = os::read_to_end(listening->read_end.get(), 1 << 16);
    if (told && !told->empty()) return refusal(*told);
    return {};
}

// True where it is connected; false where nobody listens and none is to be started.
Answer<bool> PlaygroundClient::Connection::open(bool may_start_keeper) {
    if (socket.valid()) return true;
    if (const auto trusted = verify(pghome, directory); !trusted)
        return std::unexpected(refusal(trusted.error().message()));
    const auto deadline = os::monotonic_now() + kPatience;
    while (true) {
        auto connected = os::connect_to(directory.socket());
        if (connected) {
            socket = std::move(*connected);
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
            if (auto refused = start_keeper()) return std::unexpected(*refused);
        }
        std::this_thread::sleep_for(kBetweenTries);
    }
}

Silence PlaygroundClient::Connection::watchful() const {
    const double seconds = silence.call ? std::min(silence.seconds, kSuspicious) : kSuspicious;
    const auto asked = os::monotonic_now();
    return {.seconds = seconds, .call = [this, asked](bool answering) {
                if (silence.call) silence.call(answering);
                const auto waited = os::monotonic_now() - asked;
                if (waited < std::chrono::duration<double>(kSuspicious)) return true;
                if (!answering && waited > kPatience) return false;
                const auto peer = os::peer_of(socket.get());
                return !peer || !supervisor_is_stopped(peer->pid);
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
                                                     bool& died) {
    auto answer = exchange(socket.get(), method, target, body, on_line, watchful());
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
    if (answer->status == 409) {
        Refusal refused;
        refused.claimed = protocol::from_text<protocol::Claimed>(answer->body).value_or(protocol::Claimed{});
        return std::unexpected(refused);
    }
    if (answer->status == 404) {
        return std::unexpected(refusal("this playground is run by " + answer->server +
                                       ", which this pgctl " PGCTL_VERSION
                                       " can't talk to; stop it with that version first"));
    }
    Refusal refused;
    refused.errors =
        protocol::from_text<protocol::Complaint>(answer->body).value_or(protocol::Complaint{}).errors;
    if (refused.errors.empty())
        refused.errors.push_back("the supervisor answered with HTTP " + std::to_string(answer->status));
    return std::unexpected(refused);
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
                                                             const OnEvent& on_event, bool may_start_keeper) {
    const std::vector<std::string> all = request.services;
    Progress progress;
    const auto deadline = os::monotonic_now() + kPatience;
    while (true) {
        const bool fresh = !socket.valid();
        const auto opened = open(may_start_keeper);
        if (!opened) return std::unexpected(opened.error());
        if (!*opened) return protocol::Event{.event = "end", .last = true};
        if (fresh) {
            if (auto refused = claim_again()) return std::unexpected(*refused);
            if (!socket.valid()) continue;
        }
        std::optional<protocol::Event> end;
        request.services = progress.rest(all);
        bool died = false;
        const auto answer = ask(
            "POST", target, protocol::to_text(request),
            [&](const std::string& line) {
                const auto event = protocol::from_text<protocol::Event>(line);
                if (!event) return;
                progress.note(*event);
                event->event == "end" ? void(end = *event) : on_event(*event);
            },
            died);
        if (end) return *end;
        if (answer) return std::unexpected(refusal("the supervisor's answer had no end"));
        if (!died || os::monotonic_now() > deadline) return std::unexpected(answer.error());
        std::this_thread::sleep_for(kBetweenTries);
    }
}

PlaygroundClient::PlaygroundClient(const std::string& pghome, const std::string& playground)
    : connection_(std::make_unique<Connection>(
          Connection{.pghome = pghome, .playground = playground, .directory = {pghome, playground}})) {}
PlaygroundClient::~PlaygroundClient() = default;
PlaygroundClient::PlaygroundClient(PlaygroundClient&&) noexcept = default;

Answer<std::optional<protocol::Status>> PlaygroundClient::status() {
    const auto deadline = os::monotonic_now() + kPatience;
    while (true) {
        const auto opened = connection_->open(false);
        if (!opened) return std::unexpected(opened.error());
        if (!*opened) return std::nullopt;
        bool died = false;
        const auto answer = connection_->ask("GET", "/v1/status", "", {}, died);
        if (died && os::monotonic_now() < deadline) {
            std::this_thread::sleep_for(kBetweenTries);
            continue;
        }
        if (!answer) return std::unexpected(answer.error());
        auto status = protocol::from_text<protocol::Status>(answer->body);
        if (!status) return std::unexpected(refusal("the supervisor's answer: " + status.error().message()));
        return std::move(*status);
    }
}

Answer<protocol::Event> PlaygroundClient::start(const protocol::StartRequest& request,
                                                const OnEvent& on_event) {
    return connection_->change("/v1/start", request, on_event, true);
}

Answer<protocol::Event> PlaygroundClient::stop(const protocol::StopRequest& request, const OnEvent& on_event,
                                               bool even_if_nothing_runs) {
    return connection_->change("/v1/stop", request, on_event, even_if_nothing_runs);
}

Answer<bool> PlaygroundClient::claim(const protocol::ClaimRequest& request) {
    const auto opened = connection_->open(false);
    if (!opened || !*opened) return opened;
    bool died = false;
    const auto answer = connection_->ask("POST", "/v1/claim", protocol::to_text(request), {}, died);
    if (!answer && !died) return std::unexpected(answer.error());
    connection_->claim = request;
    return !died;
}

Answer<protocol::Changes> PlaygroundClient::changes(const protocol::ChangesRequest& request) {
    const auto opened = connection_->open(false);
    if (!opened) return std::unexpected(opened.error());
    if (!*opened) return protocol::Changes{};
    bool died = false;
    const auto answer = connection_->ask("POST", "/v1/changes", protocol::to_text(request), {}, died);
    if (!answer) return std::unexpected(answer.error());
    auto changes = protocol::from_text<protocol::Changes>(answer->body);
    if (!changes) return std::unexpected(refusal("the supervisor's answer: " + changes.error().message()));
    return std::move(*changes);
}

void PlaygroundClient::await_end(const protocol::Event& end) {
    connection_->socket.reset();
    const os::Fd keeper(static_cast<int>(::syscall(SYS_pidfd_open, end.keeper, 0)));
    if (end.keeper == 0 || !keeper.valid()) return;
    pollfd ended{.fd = keeper.get(), .events = POLLIN, .revents = 0};
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
    while (::poll(&ended, 1, static_cast<int>(patience.count())) < 0 && errno == EINTR) {
    }
}

void PlaygroundClient::on_silence(double seconds, std::function<void()> call) {
    connection_->silence = {.seconds = seconds, .call = [call = std::move(call)](bool) {
                                call();
                                return true;
                            }};
}

}  // namespace cli
