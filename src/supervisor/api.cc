#include "supervisor/api.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <list>
#include <string>

#include "base/version.h"
#include "os/clock.h"
#include "os/program_file.h"
#include "os/socket.h"
#include "supervisor/requests.h"

namespace supervisor {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Socket = asio::local::stream_protocol;
using Stream = Socket::socket;
// Wakes whoever waits for it, also who comes only then.
using Wakeup = asio::experimental::channel<void(error_code)>;
using HttpRequest = http::request<http::string_body>;

namespace {

constexpr std::size_t kLargestBody = std::size_t{64}
                                     << 20;  // an environment may have megabytes, for each of many services
constexpr std::uint32_t kLargestHeader = 16 << 10;
// Of what has been received and not been understood: whatever stands beside a body's chunks has no limit of
// its own.
constexpr std::size_t kLargestUnread = 128 << 10;
constexpr const char* kNoMemory = "the supervisor of this playground has not enough memory for the request";
constexpr std::chrono::seconds kSilence{10};  // a connection that says nothing is closed
constexpr std::chrono::milliseconds kNoDescriptors{100};

// The events of one stream that its reader has not got yet, and the means to wait for more.
struct Queue {
    explicit Queue(asio::io_context& context) : more(context, 1) {}

    void push(const protocol::Event& event) {
        lines += protocol::to_text(event) + "\n";
        more.try_send(error_code());
    }

    std::string lines;
    Wakeup more;
};

// Gives up what a connection is waiting for when its time is over: that then ends with operation_aborted.
class Deadline {
  public:
    Deadline(Loop& loop, Stream& stream, std::chrono::nanoseconds time)
        : timer_(loop, [&stream] {
              error_code ignored;
              stream.cancel(ignored);
          }) {
        timer_.set(os::monotonic_now() + time);
    }

  private:
    Timer timer_;
};

asio::awaitable<void> pause(Loop& loop, std::chrono::nanoseconds time) {
    Wakeup over(loop.context(), 1);
    Timer timer(loop, [&over] { over.try_send(error_code()); });
    timer.set(os::monotonic_now() + time);
    error_code ignored;
    co_await over.async_receive(asio::redirect_error(asio::use_awaitable, ignored));
}

std::string own_name() {
    return std::string("pgctl/") + base::version();
}

std::string unknown(const std::string& target) {
    return std::string("pgctl ") + base::version() + " knows no " + target;
}

// While it lives, its request counts as being answered.
class ActiveRequest {
  public:
    explicit ActiveRequest(int& count) : count_(count) { ++count_; }
    ActiveRequest(const ActiveRequest&) = delete;
    ActiveRequest& operator=(const ActiveRequest&) = delete;
    ~ActiveRequest() { --count_; }

  private:
    int& count_;
};

}  // namespace

struct Api::Server {
    Server(Loop& event_loop, Playground& services, int socket, std::function<void()> on_idle)
        : loop(event_loop),
          playground(services),
          requests(event_loop, services),
          acceptor(event_loop.context(), Socket(), socket),
          up_again(event_loop.context(), 1),
          upgrade_decided(event_loop.context(), 1),
          idle(std::move(on_idle)) {}

    asio::awaitable<void> accept();
    asio::awaitable<void> serve(Stream stream, pid_t peer);
    asio::awaitable<bool> answer(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> answer_end(Stream& stream);
    asio::awaitable<bool> answer_upgrade(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> answer_change(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> stream_events(Stream& stream, std::shared_ptr<Operation> operation,
                                        std::shared_ptr<Queue> queue);
    asio::awaitable<bool> reply(Stream& stream, http::status status, std::string body);
    asio::awaitable<bool> complain(Stream& stream, http::status status, std::string line);
    asio::awaitable<void> let_finish(Stream& stream, std::uint64_t rest);

    Loop& loop;
    Playground& playground;
    Requests requests;
    Socket::acceptor acceptor;
    Wakeup up_again;
    Wakeup upgrade_decided;  // one who waits wakes the next
    std::function<void()> idle;
    int active = 0;       // requests that are being answered
    std::string refusal;  // where it is set, the answer to everything
    std::function<void()> told;
};

asio::awaitable<void> Api::Server::accept() {
    while (true) {
        error_code error;
        Socket::socket socket =
            co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error) {
            // Out of descriptors, most likely: those that wait keep waiting, and time brings some back.
            co_await pause(loop, kNoDescriptors);
            continue;
        }
        // Asio does not: a client would wait for whoever we execute, ./ready or the next keeper.
        ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
        const auto peer = os::peer_of(socket.native_handle());
        if (!peer || peer->user != ::geteuid()) continue;
        asio::co_spawn(loop.context(), serve(std::move(socket), peer->pid), asio::detached);
    }
}

asio::awaitable<void> Api::Server::serve(Stream stream, pid_t peer) {
    beast::flat_buffer buffer(kLargestUnread);
    bool open = true;
    while (open) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(kLargestHeader);
        parser.body_limit(kLargestBody);
        error_code error;
        {
            const Deadline silence(loop, stream, kSilence);
            co_await http::async_read(stream, buffer, parser,
                                      asio::redirect_error(asio::use_awaitable, error));
        }
        if (error == http::error::end_of_stream || error == asio::error::operation_aborted) break;
        if (error) {
            // What is allowed did not fit: there was no memory for it.
            const bool no_memory = error == http::error::buffer_overflow && parser.is_header_done();
            const bool ours = error.category() == http::make_error_code(http::error::bad_method).category();
            if (no_memory) {
                co_await complain(stream, http::status::insufficient_storage, kNoMemory);
                co_await let_finish(stream, parser.content_length_remaining().value_or(0));
            } else if (ours) {
                co_await complain(stream, http::status::bad_request, "not a request: " + error.message());
            }
            break;
        }
        const HttpRequest request = parser.release();
        if (request.method() == http::verb::get && request.target() == "/v1/end") {
            open = co_await answer_end(stream);
        } else {
            const ActiveRequest active_request(active);
            open = co_await answer(stream, request, peer) && request.keep_alive();
        }
        if (!requests.anything_claimed()) idle();
    }
    requests.let_go(&stream);
    error_code ignored;
    stream.shutdown(Stream::shutdown_both, ignored);
    idle();
}

asio::awaitable<bool> Api::Server::reply(Stream& stream, http::status status, std::string body) {
    http::response<http::string_body> response(status, 11);
    response.set(http::field::server, own_name());
    response.set(http::field::content_type, "application/json");
    response.body() = std::move(body);
    response.prepare_payload();
    error_code error;
    const Deadline silence(loop, stream, kSilence);
    co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

asio::awaitable<bool> Api::Server::complain(Stream& stream, http::status status, std::string line) {
    protocol::Complaint complaint;
    complaint.errors.push_back(std::move(line));
    co_return co_await reply(stream, status, protocol::to_text(complaint));
}

// Who is still sending the `rest` of a body, in bytes, would not get our answer: closing what has not been
// read resets the connection.
asio::awaitable<void> Api::Server::let_finish(Stream& stream, std::uint64_t rest) {
    const Deadline silence(loop, stream, kSilence);
    std::array<char, 4096> unread;
    error_code error;
    while (!error && rest > 0) {
        const auto count = co_await stream.async_read_some(asio::buffer(unread),
                                                           asio::redirect_error(asio::use_awaitable, error));
        rest -= std::min<std::uint64_t>(rest, count);
    }
}

asio::awaitable<bool> Api::Server::answer(Stream& stream, const HttpRequest& request, pid_t peer) {
    if (!refusal.empty()) {
        co_await complain(stream, http::status::service_unavailable, refusal);
        told();
        co_return false;
    }
    const std::string target(request.target());
    if (request.method() == http::verb::get && target == "/v1/status") {
        protocol::Status status = playground.status();
        status.version = base::version();
        status.program = os::own_program_identity();
        status.rejected = playground.upgrades().rejected();
        status.pid = ::getpid();
        status.keeper = ::getppid();
        co_return co_await reply(stream, http::status::ok, protocol::to_text(status));
    }
    if (request.method() != http::verb::post) {
        co_return co_await complain(stream, http::status::not_found, unknown(target));
    }
    if (target == "/v1/claim") {
        const auto wanted = protocol::from_text<protocol::ClaimRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        const auto claimed = requests.claim(&stream, *wanted, peer);
        if (!claimed)
            co_return co_await reply(stream, http::status::conflict, protocol::to_text(claimed.error()));
        co_return co_await reply(stream, http::status::ok, protocol::to_text(*claimed));
    }
    if (target == "/v1/changes") {
        const auto wanted = protocol::from_text<protocol::ChangesRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        const auto changes = requests.changes(*wanted);
        if (!changes) {
            co_return co_await reply(stream, http::status::unprocessable_entity,
                                     protocol::to_text(changes.error()));
        }
        co_return co_await reply(stream, http::status::ok, protocol::to_text(*changes));
    }
    if (target == "/v1/neighbour") {
        const auto wanted = protocol::from_text<protocol::Neighbour>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        const auto begun = playground.start_neighbour(peer, *wanted);
        if (!begun)
            co_return co_await complain(stream, http::status::unprocessable_entity, begun.error().message());
        co_return co_await reply(stream, http::status::ok, "{}");
    }
    if (target == "/v1/upgrade") co_return co_await answer_upgrade(stream, request, peer);
    co_return co_await answer_change(stream, request, peer);
}

// Success is told by the program that was asked for, to the client that asks again. Here it is awaited that
// we are killed, or that it turns out why not.
asio::awaitable<bool> Api::Server::answer_upgrade(Stream& stream, const HttpRequest& request, pid_t peer) {
    const auto wanted = protocol::from_text<protocol::Upgrade>(request.body());
    if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
    if (wanted->program == os::own_program_identity())
        co_return co_await reply(stream, http::status::ok, "{}");
    playground.take_reports();  // how an attempt ended before we came back may be among them
    Upgrades& upgrades = playground.upgrades();
    while (!upgrades.failure_of(wanted->token)) {
        if (!upgrades.pending()) {
            const auto begun = upgrades.begin(*wanted, peer);
            if (!begun)
                co_return co_await complain(stream, http::status::service_unavailable,
                                            begun.error().message());
        }
        error_code woken;
        co_await upgrade_decided.async_receive(asio::redirect_error(asio::use_awaitable, woken));
    }
    upgrade_decided.try_send(error_code());
    co_return co_await complain(stream, http::status::unprocessable_entity,
                                *upgrades.failure_of(wanted->token));
}

// Answered when something is up; else the connection ends with this process, which this request does not
// keep from ending.
asio::awaitable<bool> Api::Server::answer_end(Stream& stream) {
    requests.let_go(&stream);
    idle();
    error_code woken;
    while (playground.all_down()) {
        co_await up_again.async_receive(asio::redirect_error(asio::use_awaitable, woken));
    }
    up_again.try_send(error_code());  // others may wait, too
    co_return co_await reply(stream, http::status::ok, "{}");
}

asio::awaitable<bool> Api::Server::answer_change(Stream& stream, const HttpRequest& request, pid_t peer) {
    const std::string target(request.target());
    auto queue = std::make_shared<Queue>(loop.context());
    const Emit emit = [queue](const protocol::Event& event) { queue->push(event); };
    if (target == "/v1/start") {
        auto wanted = protocol::from_text<protocol::StartRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        wanted->caller.pid = peer;
        const auto operation = requests.start(&stream, *wanted, emit);
        if (!operation) {
            co_return co_await reply(stream, http::status::unprocessable_entity,
                                     protocol::to_text(operation.error()));
        }
        co_return co_await stream_events(stream, *operation, queue);
    }
    if (target == "/v1/restart") {
        auto wanted = protocol::from_text<protocol::RestartRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        wanted->caller.pid = peer;
        const auto operation = requests.restart(&stream, *wanted, emit);
        if (!operation) {
            co_return co_await reply(stream, http::status::unprocessable_entity,
                                     protocol::to_text(operation.error()));
        }
        co_return co_await stream_events(stream, *operation, queue);
    }
    if (target == "/v1/stop") {
        const auto wanted = protocol::from_text<protocol::StopRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        const auto operation = requests.stop(&stream, *wanted, peer, emit);
        co_return co_await stream_events(stream, operation, queue);
    }
    co_return co_await complain(stream, http::status::not_found, unknown(target));
}

asio::awaitable<bool> Api::Server::stream_events(Stream& stream, std::shared_ptr<Operation> operation,
                                                 std::shared_ptr<Queue> queue) {
    operation->on_begun = [queue] { queue->more.try_send(error_code()); };
    http::response<http::empty_body> response(http::status::ok, 11);
    response.set(http::field::server, own_name());
    response.set(http::field::content_type, "application/x-ndjson");
    response.chunked(true);
    http::response_serializer<http::empty_body> serializer(response);
    error_code error;
    co_await http::async_write_header(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    bool ended = false;
    while (!error && !ended) {
        if (queue->lines.empty() && !operation->done()) {
            error_code woken;
            co_await queue->more.async_receive(asio::redirect_error(asio::use_awaitable, woken));
            continue;
        }
        if (operation->done()) {
            protocol::Event end;
            end.event = "end";
            end.last = playground.all_down();
            queue->push(end);
            ended = true;
        }
        const std::string lines = std::exchange(queue->lines, {});
        const auto chunk = http::make_chunk(asio::buffer(lines));
        // Who does not read is let go, so that nothing waits for him. He asks again for what he has missed.
        const Deadline silence(loop, stream, kSilence);
        co_await asio::async_write(stream, chunk, asio::redirect_error(asio::use_awaitable, error));
    }
    if (!error) {
        const Deadline silence(loop, stream, kSilence);
        co_await asio::async_write(stream, http::make_chunk_last(),
                                   asio::redirect_error(asio::use_awaitable, error));
    }
    co_return !error;
}

Api::Api(Loop& loop, Playground& playground, int socket, std::function<void()> on_idle)
    : server_(std::make_unique<Server>(loop, playground, socket, std::move(on_idle))) {
    asio::co_spawn(loop.context(), server_->accept(), asio::detached);
}

Api::~Api() = default;

void Api::roused() {
    server_->up_again.try_send(error_code());
}

void Api::upgrade_decided() {
    server_->upgrade_decided.try_send(error_code());
}

void Api::refuse(std::string line, std::function<void()> told) {
    server_->refusal = std::move(line);
    server_->told = std::move(told);
}

bool Api::idle() const {
    return server_->active == 0 && !server_->requests.anything_claimed();
}

}  // namespace supervisor
