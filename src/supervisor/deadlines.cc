#include "supervisor/deadlines.h"

namespace supervisor {

void Deadlines::set(Timer timer, model::Time at) {
    cancel(timer);
    in_order_.emplace(at, timer);
    set_for_[timer] = at;
}

void Deadlines::cancel(Timer timer) {
    const auto found = set_for_.find(timer);
    if (found == set_for_.end()) return;
    in_order_.erase({found->second, timer});
    set_for_.erase(found);
}

std::optional<Deadlines::Timer> Deadlines::take_due(model::Time now) {
    if (in_order_.empty() || in_order_.begin()->first > now) return {};
    const Timer timer = in_order_.begin()->second;
    cancel(timer);
    return timer;
}

std::optional<model::Time> Deadlines::earliest() const {
    if (in_order_.empty()) return {};
    return in_order_.begin()->first;
}

ClockChange change_of_clock(std::optional<model::Time> armed, std::optional<model::Time> earliest) {
    if (!earliest) return {.needed = armed.has_value(), .at = {}};
    if (armed && *armed <= *earliest) return {};
    return {.needed = true, .at = earliest};
}

}  // namespace supervisor
