// Those who have started services, each kept in memory once. Used by services: what they inherit has to be
// written down anew where the runtime directory was deleted. It writes nothing itself.
#pragma once

#include <memory>

#include "protocol/messages.h"

namespace supervisor {

class Callers {
  public:
    // The one that was shared last, where the new one would give a service just the same.
    [[nodiscard]] std::shared_ptr<const protocol::Caller> share(protocol::Caller caller);

  private:
    std::weak_ptr<const protocol::Caller> last_;
};

}  // namespace supervisor
