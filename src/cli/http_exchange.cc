#include "cli/http_exchange.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <limits>

#include "os/fd.h"

namespace cli {

namespace http = boost::beast::http;

namespace {

base::Status send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return base::system_error("request");
        bytes.remove_prefix(static_cast<size_t>(count));
    }
    return {};
}

base::Status await_bytes(int socket, const Silence& silence, bool answering) {
    if (silence.seconds <= 0) return {};
    while (true) {
        pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&watched, 1, static_cast<int>(silence.seconds * 1000));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return base::system_error("poll");
        if (ready == 0 && !silence.call(answering)) return base::system_error("answer", ETIMEDOUT);
    }
}

void hand_over_lines(std::string& body, const std::function<void(const std::string&)>& on_line) {
    size_t begin = 0;
    for (size_t end = 0; (end = body.find('\n', begin)) != std::string::npos; begin = end + 1) {
        on_line(body.substr(begin, end - begin));
    }
    body.erase(0, begin);
}

}  // namespace

base::Result<HttpAnswer> exchange(int socket, std::string& unread, std::string_view method,
                                  std::string_view target, std::string_view body,
                                  const std::function<void(const std::string&)>& on_line,
                                  const Silence& silence) {
    const std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: pgctl\r\nContent-Length: {}\r\n\r\n",
                                         method, target, body.size());
    const auto sent = send_all(socket, head + std::string(body));
    // Who has closed the connection may have said why.
    if (!sent && sent.error().number != EPIPE) return base::passed_on(sent.error());

    http::response_parser<http::string_body> parser;
    parser.eager(true);
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    std::array<char, 16384> buffer;
    while (true) {
        boost::system::error_code error;
        const size_t used = unread.empty() ? 0 : parser.put(boost::asio::buffer(unread), error);
        if (error && error != http::error::need_more) return base::system_error("answer", EBADMSG);
        unread.erase(0, used);
        if (on_line && parser.is_header_done() && parser.get().result() == http::status::ok) {
            hand_over_lines(parser.get().body(), on_line);
        }
        if (parser.is_done()) break;
        if (auto ready = await_bytes(socket, silence, parser.is_header_done()); !ready)
            return base::passed_on(ready.error());
        const auto count = os::read_some(socket, buffer);
        if (!count) return base::passed_on(count.error());
        if (*count == 0)
            return sent ? base::system_error("answer", ECONNRESET) : base::passed_on(sent.error());
        unread.append(buffer.data(), *count);
    }
    auto& response = parser.get();
    return HttpAnswer{.status = response.result_int(),
                      .server = std::string(response[http::field::server]),
                      .body = std::move(response.body())};
}

}  // namespace cli
