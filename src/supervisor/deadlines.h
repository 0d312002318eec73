// The times for which timers are set, and for when their one clock has to be armed. Used by the loop. Pure:
// it knows no clock and calls nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "model/service.h"

namespace supervisor {

class Deadlines {
  public:
    using Timer = std::uint64_t;  // whatever tells them apart

    // Replaces the timer's earlier time.
    void set(Timer timer, model::Time at);
    void cancel(Timer timer);
    // The earliest that is due at `now`, which is then not set any more.
    [[nodiscard]] std::optional<Timer> take_due(model::Time now);
    [[nodiscard]] std::optional<model::Time> earliest() const;

  private:
    std::set<std::pair<model::Time, Timer>> in_order_;
    std::unordered_map<Timer, model::Time> set_for_;
};

struct ClockChange {
    bool needed = false;
    std::optional<model::Time> at;  // nothing: disarm it

    bool operator==(const ClockChange&) const = default;
};

// For a clock that is armed for `armed`, if at all. One that goes off too early is left alone: to be woken
// once for nothing costs less than to set the clock at each change. Without any deadline it must not go off
// at all.
[[nodiscard]] ClockChange change_of_clock(std::optional<model::Time> armed,
                                          std::optional<model::Time> earliest);

}  // namespace supervisor
