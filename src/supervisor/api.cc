#include "supervisor/api.h"

#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <list>
#include <string>

#include "os/clock.h"
#include "os/socket.h"
#include "supervisor/requests.h"

namespace supervisor {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Socket = asio::local::stream_protocol;
using Stream = beast::basic_stream<Socket>;
using HttpRequest = http::request<http::string_body>;

namespace {

constexpr std::size_t kLargestBody = std::size_t{64}
                                     << 20;  // an environment may have megabytes, for each of many services
constexpr std::uint32_t kLargestHeader = 16 << 10;
constexpr std::chrono::seconds kSilence{10};  // a connection that says nothing is closed
constexpr std::chrono::milliseconds kNoDescriptors{100};

constexpr const char* kServer = "pgctl/" PGCTL_VERSION;

// The events of one stream that its reader has not got yet, and the means to wait for more.
struct Queue {
    explicit Queue(asio::io_context& context) : more(context) {
        more.expires_at(asio::steady_timer::time_point::max());
    }

    void push(const protocol::Event& event) {
        lines += protocol::to_text(event) + "\n";
        more.cancel();
    }

    std::string lines;
    asio::steady_timer more;
};

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
          pause(event_loop.context()),
          idle(std::move(on_idle)) {}

    asio::awaitable<void> accept();
    asio::awaitable<void> serve(Stream stream, pid_t peer);
    asio::awaitable<bool> answer(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> answer_change(Stream& stream, const HttpRequest& request, pid_t peer);
    asio::awaitable<bool> stream_events(Stream& stream, std::shared_ptr<Operation> operation,
                                        std::shared_ptr<Queue> queue);
    asio::awaitable<bool> reply(Stream& stream, http::status status, std::string body);
    asio::awaitable<bool> complain(Stream& stream, http::status status, std::string line);

    Loop& loop;
    Playground& playground;
    Requests requests;
    Socket::acceptor acceptor;
    asio::steady_timer pause;
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
            pause.expires_after(kNoDescriptors);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        const auto peer = os::peer_of(socket.native_handle());
        if (!peer || peer->user != ::geteuid()) continue;
        asio::co_spawn(loop.context(), serve(Stream(std::move(socket)), peer->pid), asio::detached);
    }
}

asio::awaitable<void> Api::Server::serve(Stream stream, pid_t peer) {
    beast::flat_buffer buffer;
    bool open = true;
    while (open) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(kLargestHeader);
        parser.body_limit(kLargestBody);
        stream.expires_after(kSilence);
        error_code error;
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
        stream.expires_never();
        if (error == http::error::end_of_stream || error == beast::error::timeout) break;
        if (error) {
            const bool ours = error.category() == http::make_error_code(http::error::bad_method).category();
            if (ours)
                co_await complain(stream, http::status::bad_request, "not a request: " + error.message());
            break;
        }
        const HttpRequest request = parser.release();
        {
            const ActiveRequest active_request(active);
            open = co_await answer(stream, request, peer) && request.keep_alive();
        }
        if (!requests.anything_claimed()) idle();
    }
    requests.let_go(&stream);
    error_code ignored;
    stream.socket().shutdown(Socket::socket::shutdown_both, ignored);
    idle();
}

asio::awaitable<bool> Api::Server::reply(Stream& stream, http::status status, std::string body) {
    http::response<http::string_body> response(status, 11);
    response.set(http::field::server, kServer);
    response.set(http::field::content_type, "application/json");
    response.body() = std::move(body);
    response.prepare_payload();
    error_code error;
    stream.expires_after(kSilence);
    co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
    stream.expires_never();
    co_return !error;
}

asio::awaitable<bool> Api::Server::complain(Stream& stream, http::status status, std::string line) {
    protocol::Complaint complaint;
    complaint.errors.push_back(std::move(line));
    co_return co_await reply(stream, status, protocol::to_text(complaint));
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
        status.version = PGCTL_VERSION;
        status.pid = ::getpid();
        status.keeper = ::getppid();
        co_return co_await reply(stream, http::status::ok, protocol::to_text(status));
    }
    if (request.method() != http::verb::post) {
        co_return co_await complain(stream, http::status::not_found,
                                    "pgctl " PGCTL_VERSION " knows no " + target);
    }
    if (target == "/v1/claim") {
        const auto wanted = protocol::from_text<protocol::ClaimRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        const auto claimed = requests.claim(&stream, *wanted);
        if (!claimed)
            co_return co_await reply(stream, http::status::conflict, protocol::to_text(claimed.error()));
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
    co_return co_await answer_change(stream, request, peer);
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
    if (target == "/v1/stop") {
        const auto wanted = protocol::from_text<protocol::StopRequest>(request.body());
        if (!wanted) co_return co_await complain(stream, http::status::bad_request, wanted.error().message());
        const auto operation = requests.stop(&stream, *wanted, peer, emit);
        co_return co_await stream_events(stream, operation, queue);
    }
    co_return co_await complain(stream, http::status::not_found,
                                "pgctl " PGCTL_VERSION " knows no " + target);
}

asio::awaitable<bool> Api::Server::stream_events(Stream& stream, std::shared_ptr<Operation> operation,
                                                 std::shared_ptr<Queue> queue) {
    operation->on_begun = [queue] { queue->more.cancel(); };
    http::response<http::empty_body> response(http::status::ok, 11);
    response.set(http::field::server, kServer);
    response.set(http::field::content_type, "application/x-ndjson");
    response.chunked(true);
    http::response_serializer<http::empty_body> serializer(response);
    error_code error;
    co_await http::async_write_header(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    bool ended = false;
    while (!error && !ended) {
        if (queue->lines.empty() && !operation->done()) {
            error_code woken;
            queue->more.expires_at(asio::steady_timer::time_point::max());
            co_await queue->more.async_wait(asio::redirect_error(asio::use_awaitable, woken));
            continue;
        }
        if (operation->done()) {
            protocol::Event end;
            end.event = "end";
            end.last = playground.all_down();
            end.keeper = ::getppid();
            queue->push(end);
            ended = true;
        }
        const std::string lines = std::exchange(queue->lines, {});
        const auto chunk = http::make_chunk(asio::buffer(lines));
        co_await asio::async_write(stream, chunk, asio::redirect_error(asio::use_awaitable, error));
    }
    if (!error) {
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

void Api::refuse(std::string line, std::function<void()> told) {
    server_->refusal = std::move(line);
    server_->told = std::move(told);
}

bool Api::idle() const {
    return server_->active == 0 && !server_->requests.anything_claimed();
}

}  // namespace supervisor
