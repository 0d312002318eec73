// The control socket: HTTP with JSON (protocol/messages.h), a coroutine per connection. It turns requests
// into calls of the playground and streams what becomes of them. Only this user is let in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "supervisor/loop.h"
#include "supervisor/playground.h"

namespace supervisor {

class Api {
  public:
    // Takes over `socket`, which listens. `idle` is called whenever no request and no claim is left.
    Api(Loop& loop, Playground& playground, int socket, std::function<void()> idle);
    ~Api();

    // Something is up again: whoever waits for the end of this supervisor waits in vain.
    void roused();
    // An upgrade that somebody may wait for has failed.
    void upgrade_decided();
    // From now on every request is answered with `line`; `told` is called after the first.
    void refuse(std::string line, std::function<void()> told);
    // No request is being answered and nothing is claimed.
    [[nodiscard]] bool idle() const;

  private:
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace supervisor
