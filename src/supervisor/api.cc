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
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "base/version.h"
#include "os/clock.h"
#include "os/program_file.h"
#include "os/socket.h"
#include "protocol/starter.h"
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
// Where somebody waits for our end, and nothing is up: who reads his answer takes more of it within this
// time.
constexpr std::chrono::milliseconds kHaste{500};
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
        set(time);
    }
    void set(std::chrono::nanoseconds time) { timer_.set(os::monotonic_now() + time); }

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

// For a coroutine that nobody waits for. What it throws, for want of memory most likely, ends the role: its
// successor begins anew, and whoever has asked asks that one.
void or_end(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

// Of a response or its header.
template <class Message>
std::string text_of(const Message& message) {
    std::ostringstream text;
    text.exceptions(std::ios::badbit);  // or what finds no memory would be left out, and the rest sent
    text << message;
    return std::move(text).str();
}

std::string unknown(const std::string& target) {
    return std::string("pgctl ") + base::version() + " knows no " + target;
}

std::string overtaken(const std::string& service) {
    return "service '" + service + "' was not started again: another pgctl command has asked it to stop";
}

// While it lives, one more counts.
class Counted {
  public:
    explicit Counted(std::shared_ptr<int> count) : count_(std::move(count)) { ++*count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --*count_; }

  private:
    std::shared_ptr<int> count_;
};

// While it lives, `element` is in the set.
template <class Element>
class Listed {
  public:
    Listed(std::shared_ptr<std::set<Element*>> set, Element& element)
        : set_(std::move(set)), element_(element) {
        set_->insert(&element_);
    }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;
    ~Listed() { set_->erase(&element_); }

  private:
    std::shared_ptr<std::set<Element*>> set_;
    Element& element_;
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
    asio::awaitable<error_code> receive(Stream& stream, beast::flat_buffer& buffer,
                                        http::request_parser<http::string_body>& parser);
    asio::awaitable<bool> answer(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> answer_end(Stream& stream);
    asio::awaitable<bool> answer_upgrade(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> answer_change(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> stream_events(Stream& stream, std::shared_ptr<Operation> operation,
                                        std::shared_ptr<Queue> queue);
    asio::awaitable<error_code> send(Stream& stream, std::string bytes);
    asio::awaitable<bool> reply(Stream& stream, http::status status, std::string body);
    asio::awaitable<bool> complain(Stream& stream, http::status status, std::string line);
    asio::awaitable<void> dismiss(Stream& stream);
    asio::awaitable<void> let_finish(Stream& stream, std::uint64_t rest);
    [[nodiscard]] bool end_is_near() const { return *awaiting_end > 0 && playground.all_down(); }
    [[nodiscard]] bool is_dismissed(const Stream& stream) const;
    [[nodiscard]] std::chrono::nanoseconds patience() const;
    void hasten();

    Loop& loop;
    Playground& playground;
    Requests requests;
    Socket::acceptor acceptor;
    Wakeup up_again;
    Wakeup upgrade_decided;  // one who waits wakes the next
    std::function<void()> idle;
    // Shared with the coroutines, which end with the loop and so after us.
    std::shared_ptr<int> active = std::make_shared<int>(0);        // requests that are being answered
    std::shared_ptr<int> awaiting_end = std::make_shared<int>(0);  // clients
    std::shared_ptr<std::set<Deadline*>> being_sent = std::make_shared<std::set<Deadline*>>();  // of answers
    std::shared_ptr<std::set<Stream*>> being_awaited =
        std::make_shared<std::set<Stream*>>();  // for their next request
    std::string refusal;                        // where it is set, the answer to everything
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
        asio::co_spawn(loop.context(), serve(std::move(socket), peer->pid), or_end);
    }
}

asio::awaitable<void> Api::Server::serve(Stream stream, pid_t peer) {
    beast::flat_buffer buffer(kLargestUnread);
    bool open = true;
    while (open) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(kLargestHeader);
        parser.body_limit(kLargestBody);
        const error_code error = co_await receive(stream, buffer, parser);
        if (error == asio::error::operation_aborted && is_dismissed(stream)) co_await dismiss(stream);
        // What it holds was to be given up, and something has come up before it was.
        else if (error == asio::error::operation_aborted && !requests.held_by(&stream).empty())
            continue;
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
            const Counted answering(active);
            open = co_await answer(stream, request, peer) && request.keep_alive();
        }
        if (!requests.anything_claimed()) idle();
    }
    requests.let_go(&stream);
    error_code ignored;
    stream.shutdown(Stream::shutdown_both, ignored);
    idle();
}

// A command that holds services may be busy with a hook for as long as it likes, until it is dismissed.
asio::awaitable<error_code> Api::Server::receive(Stream& stream, beast::flat_buffer& buffer,
                                                 http::request_parser<http::string_body>& parser) {
    error_code error = asio::error::operation_aborted;
    if (is_dismissed(stream)) co_return error;
    const Listed awaited(being_awaited, stream);
    std::optional<Deadline> silence;
    if (requests.held_by(&stream).empty()) silence.emplace(loop, stream, kSilence);
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    co_return error;
}

// Who does not read is let go, so that nothing waits for him. He asks again for what he has missed.
asio::awaitable<error_code> Api::Server::send(Stream& stream, std::string bytes) {
    Deadline deadline(loop, stream, patience());
    const Listed sent(being_sent, deadline);
    const auto as_long_as_it_is_read = [&](const error_code& error, std::size_t count) -> std::size_t {
        deadline.set(patience());
        return asio::transfer_all()(error, count);
    };
    error_code error;
    co_await asio::async_write(stream, asio::buffer(bytes), as_long_as_it_is_read,
                               asio::redirect_error(asio::use_awaitable, error));
    co_return error;
}

std::chrono::nanoseconds Api::Server::patience() const {
    return end_is_near() ? std::chrono::nanoseconds(kHaste) : std::chrono::nanoseconds(kSilence);
}

// It holds what a stop has overtaken, and nothing else keeps us from our end.
bool Api::Server::is_dismissed(const Stream& stream) const {
    return end_is_near() && requests.lost_all(&stream);
}

// Without having been asked: it is what its next request will be answered with.
asio::awaitable<void> Api::Server::dismiss(Stream& stream) {
    protocol::Complaint complaint;
    for (const std::string& name : requests.held_by(&stream)) complaint.errors.push_back(overtaken(name));
    co_await reply(stream, http::status::gone, protocol::to_text(complaint));
}

// Nobody waits for our end only because another client does not read, or does something else.
void Api::Server::hasten() {
    for (Deadline* const deadline : *being_sent) deadline->set(kHaste);
    error_code ignored;
    for (Stream* const stream : *being_awaited) {
        if (is_dismissed(*stream)) stream->cancel(ignored);
    }
}

asio::awaitable<bool> Api::Server::reply(Stream& stream, http::status status, std::string body) {
    http::response<http::string_body> response(status, 11);
    response.set(http::field::server, own_name());
    response.set(http::field::content_type, "application/json");
    response.body() = std::move(body);
    response.prepare_payload();
    const error_code error = co_await send(stream, text_of(response));
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
        status.keeper = protocol::starter();
        co_return co_await reply(stream, http::status::ok, protocol::to_text(status));
    }
    if (request.method() != http::verb::post) {
        co_return co_await complain(stream, http::status::not_found, unknown(target));
    }
    if (target == "/v1/claim") {
        const auto wanted = protocol::from_text<protocol::ClaimRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        const auto claimed = requests.claim(&stream, *wanted, peer);
        up_again.try_send(error_code());  // it will be
        if (!claimed)
            co_return co_await reply(stream, http::status::conflict, protocol::to_text(claimed.error()));
        co_return co_await reply(stream, http::status::ok, protocol::to_text(*claimed));
    }
    if (target == "/v1/overtake") {
        const auto wanted = protocol::from_text<protocol::OvertakeRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        requests.overtake(wanted->services, peer);
        co_return co_await reply(stream, http::status::ok, "{}");
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

// Answered when something is up, or will be; else the connection ends with this process, which this request
// does not keep from ending.
asio::awaitable<bool> Api::Server::answer_end(Stream& stream) {
    requests.let_go(&stream);
    idle();
    const Counted awaiting(awaiting_end);
    error_code woken;
    while (playground.all_down() && !requests.restart_is_under_way()) {
        hasten();
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
        const auto operation = requests.stop(*wanted, peer, emit);
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
    error_code error = co_await send(stream, text_of(response.base()));
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
        error = co_await send(stream, beast::buffers_to_string(http::make_chunk(asio::buffer(lines))));
    }
    if (!error) error = co_await send(stream, beast::buffers_to_string(http::make_chunk_last()));
    co_return !error;
}

Api::Api(Loop& loop, Playground& playground, int socket, std::function<void()> on_idle)
    : server_(std::make_unique<Server>(loop, playground, socket, std::move(on_idle))) {
    asio::co_spawn(loop.context(), server_->accept(), or_end);
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
    return *server_->active == 0 && !server_->requests.anything_claimed();
}

}  // namespace supervisor
