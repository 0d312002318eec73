#include "model/readiness_deadline.h"

namespace model {

void ReadinessDeadline::look(const Service& service) {
    const auto* running = std::get_if<Running>(&service.state);
    if (running == nullptr || life_began_) return;
    life_began_ = true;
    // One that was up before has from when it was asked for.
    if (running->since > asked_) at_ = running->since + timeout_;
}

}  // namespace model
