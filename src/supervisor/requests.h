// What the requests of the API do with the playground, without any HTTP: each returns at once, and what takes
// time is told through events. Used by the API.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "protocol/messages.h"
#include "supervisor/change.h"
#include "supervisor/playground.h"

namespace supervisor {

// One start or stop that is under way; it ends its watching when it goes, not what it asked for.
struct Operation {
    std::unique_ptr<Change> change;
    bool begun = false;  // everything was asked for; from then on it is done when the change is decided
    std::function<void()> on_begun;  // set by whoever waits

    [[nodiscard]] bool done() const { return begun && change->decided(); }
    void set_begun() {
        begun = true;
        if (on_begun) on_begun();
    }
};

using Emit = std::function<void(protocol::Event)>;

class Requests {
  public:
    Requests(Loop& loop, Playground& playground) : loop_(loop), playground_(playground) {}

    // Restarts that are under way: who holds a service, until he lets go.
    using Holder = const void*;
    [[nodiscard]] std::expected<protocol::Held, protocol::Claimed> claim(
        Holder holder, const protocol::ClaimRequest& request, pid_t caller);
    void let_go(Holder holder);
    [[nodiscard]] bool anything_claimed() const { return !claims_.empty(); }
    [[nodiscard]] std::vector<std::string> held_by(Holder holder) const;
    // It holds something, and another command has stopped all of it meanwhile.
    [[nodiscard]] bool lost_all(Holder holder) const;
    // Something that is claimed, and was not stopped by another command since, will be started.
    [[nodiscard]] bool restart_is_under_way() const;

    // An error starts nothing at all.
    [[nodiscard]] std::expected<std::shared_ptr<Operation>, protocol::Complaint> start(
        Holder holder, const protocol::StartRequest& request, const Emit& emit);
    // The same; what runs is stopped before, and all of it goes on when the caller is gone.
    [[nodiscard]] std::expected<std::shared_ptr<Operation>, protocol::Complaint> restart(
        Holder holder, const protocol::RestartRequest& request, const Emit& emit);
    // Starts and restarts of these that have not come to it: a stop has found them down. Not those whose hook
    // the caller is.
    void overtake(const std::vector<std::string>& services, pid_t caller);
    [[nodiscard]] std::shared_ptr<Operation> stop(const protocol::StopRequest& request, pid_t caller,
                                                  const Emit& emit);
    [[nodiscard]] std::expected<protocol::Changes, protocol::Complaint> changes(
        const protocol::ChangesRequest& request);

  private:
    struct Claim {
        Holder holder = nullptr;
        int pid = 0;
        bool overtaken = false;  // by another's stop
    };
    struct Start;

    [[nodiscard]] Escaped::Found in_the_way(const std::string& name, pid_t caller);
    void clear_way(const std::shared_ptr<Start>& start, const Emit& emit);
    std::expected<std::shared_ptr<Operation>, protocol::Complaint> start(const std::shared_ptr<Start>& start,
                                                                         const Emit& emit);
    [[nodiscard]] protocol::Complaint load_settings(Start& start);
    void begin(const std::shared_ptr<Start>& start);
    [[nodiscard]] bool was_overtaken(Holder holder, const std::string& service) const;
    void stop_escaped(const std::shared_ptr<Operation>& operation, const protocol::StopRequest& request,
                      pid_t caller);
    [[nodiscard]] double stop_timeout(const Service& service, const protocol::StopRequest& request) const;

    Loop& loop_;
    Playground& playground_;
    std::map<std::string, Claim> claims_;
    std::set<std::shared_ptr<Start>> clearing_;  // those that wait for what is in their way to end
};

}  // namespace supervisor
