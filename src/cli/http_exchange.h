// One HTTP request and its answer on a connected Unix socket, blocking. Used by the playground's client.
// It knows nothing of what the messages mean.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cli {

struct HttpAnswer {
    unsigned status = 0;
    std::string server;  // the field "Server": "pgctl/6.0.0"
    std::string body;    // what no line callback has taken
};

struct Silence {
    double seconds = 0;  // 0: wait without end
    // Called each time so long nothing has come; false gives up, which is the error ETIMEDOUT. `answering`:
    // the answer has begun.
    std::function<bool(bool answering)> call;
};

// `on_line`, where there is one, gets each complete line of a 200 answer's body as it comes.
// `unread` is what this connection has brought beyond the last answer, which may be the next one already: who
// closes a connection says why without having been asked. It belongs to the connection.
// Errors: the connection's; ECONNRESET also where it ended too early, EBADMSG where the answer is no HTTP.
[[nodiscard]] base::Result<HttpAnswer> exchange(int socket, std::string& unread, std::string_view method,
                                                std::string_view target, std::string_view body,
                                                const std::function<void(const std::string&)>& on_line,
                                                const Silence& silence);

}  // namespace cli
