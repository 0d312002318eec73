#include "cli/decision_batch.h"

#include <utility>

namespace cli {

DecisionBatch::DecisionBatch(double window)
    : window_(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(window))) {}

void DecisionBatch::add(size_t place, const protocol::Event& event, std::chrono::nanoseconds now) {
    if (!due_) due_ = now + window_;
    events_.emplace(place, event);
}

bool DecisionBatch::is_due(std::chrono::nanoseconds now) const {
    return due_ && *due_ <= now;
}

std::multimap<size_t, protocol::Event> DecisionBatch::take() {
    due_.reset();
    return std::exchange(events_, {});
}

}  // namespace cli
