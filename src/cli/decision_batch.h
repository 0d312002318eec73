// Brings together what happens within a moment, so that it is told in the order in which the services were
// named. Used by progress. Pure: the time is given to it.
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "protocol/messages.h"

namespace cli {

class DecisionBatch {
  public:
    // `window` in seconds: how long to wait for more after the first.
    explicit DecisionBatch(double window);

    // `place`: of the service among those that were asked for.
    void add(size_t place, const protocol::Event& event, std::chrono::nanoseconds now);
    [[nodiscard]] bool is_due(std::chrono::nanoseconds now) const;
    // What has come so far: by place, and for one place in the order of arrival. Empty afterwards.
    [[nodiscard]] std::multimap<size_t, protocol::Event> take();

  private:
    std::chrono::nanoseconds window_;
    std::optional<std::chrono::nanoseconds> due_;
    std::multimap<size_t, protocol::Event> events_;
};

}  // namespace cli
