// Until when a start waits for its service to become ready. Used by the supervisor's changes. Pure: it knows
// no clock.
#pragma once

#include "model/service.h"

namespace model {

class ReadinessDeadline {
  public:
    // Of a start that was asked for at `asked`.
    ReadinessDeadline(Duration timeout, Time asked)
        : timeout_(timeout), asked_(asked), at_(asked + timeout) {}

    // After each step: the time-out counts from the beginning of the first life that was begun for the start,
    // since before that it is we who take the time.
    void look(const Service& service);
    // It says nothing of the service that ours did not get to run.
    void put_off(Duration lost) { at_ += lost; }
    [[nodiscard]] Time at() const { return at_; }

  private:
    Duration timeout_;
    Time asked_;
    Time at_;
    bool life_began_ = false;
};

}  // namespace model
