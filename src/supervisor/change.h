// One command's start or stop of some services: watches them, and tells as an event what becomes of each,
// once. Used by the API. It asks nothing of a service; requesting the state is done before.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "model/readiness_deadline.h"
#include "os/proc.h"
#include "protocol/messages.h"
#include "supervisor/loop.h"
#include "supervisor/lost_time.h"
#include "supervisor/service.h"

namespace supervisor {

class Change : public Observer {
  public:
    enum class Goal { ready, down };

    struct Outlets {
        std::function<void(protocol::Event)> emit;
        std::function<void()> before_deadline;  // learns what has happened before a deadline is believed
    };

    Change(Loop& loop, Goal goal, std::string shown_prefix, Outlets outlets);
    ~Change() override;
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

    // From now until it is decided; for Goal::ready within `timeout` seconds (model/readiness_deadline.h).
    void await(Service& service, double timeout);
    // Decides at once what can be decided, after the request.
    void look(Service& service) { stepped(service); }
    void overtaken(Service& service);
    // It was refused.
    void fail(Service& service, const std::string& reason);
    [[nodiscard]] bool decided() const { return waiting_.empty(); }

    void stepped(Service& service) override;
    void runaway(Service& service, const std::vector<protocol::ProcessRow>& rows, bool killed) override;
    void output_waits(Service& service, size_t bytes, const std::string& reason) override;
    void unkillable(Service& service, const std::vector<protocol::ProcessRow>& rows) override;

  private:
    struct Waiting {
        double timeout = 0;                // seconds
        std::uint32_t generation = 0;      // of its life when the wait began
        std::optional<model::Time> began;  // nothing while an earlier life is still being stopped
        std::optional<model::ReadinessDeadline> deadline;
        LostTime keeper;       // what it lost of the deadline
        LostCheckTime checks;  // and what they did
    };

    void look_for_ready(Service& service, Waiting& waiting);
    void look_for_down(Service& service, const Waiting& waiting);
    void decide(Service& service, protocol::Event event);
    void begin(Waiting& waiting);
    void time_passed();
    [[nodiscard]] std::vector<Service*> late(model::Time now) const;
    void judge(Service& service);
    void arm(model::Time deadline);
    [[nodiscard]] std::string standing(const Service& service) const;

    Goal goal_;
    std::string shown_prefix_;
    Outlets outlets_;
    std::map<Service*, Waiting> waiting_;
    os::Proc proc_;
    std::optional<LostTime> lost_time_;  // of all deadlines, by those of ours that are needed for all
    Timer timer_;
    std::optional<model::Time> armed_;  // for when
};

}  // namespace supervisor
