// The control socket: HTTP with JSON (protocol/messages.h), a coroutine per connection. It turns requests into calls of
// the playground and streams what becomes of them. Only this user is let in.
#pragma once

#include <functional>
#include <memory>

#include "supervisor/loop.h"
#include "supervisor/playground.h"

namespace supervisor {

class Api {
  public:
    // Takes over `socket`, which listens. `idle` is called whenever no request and no claim is left.
    Api(Loop& loop, Playground& playground, int socket, std::function<void()> idle);
    ~Api();

    // No request is being answered and nothing is claimed.
    [[nodiscard]] bool idle() const;

  private:
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace supervisor
