// All services of one playground: finds the right one for each report and each point in time, and knows when
// nothing is up any more. Used by the API, which turns requests into calls of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/messages.h"
#include "protocol/records.h"
#include "supervisor/commands.h"
#include "supervisor/escaped.h"
#include "supervisor/loop.h"
#include "supervisor/service.h"
#include "supervisor/state_file.h"

namespace supervisor {

class Playground {
  public:
    // `path` is absolute. `at_rest` is called each time a service went down and none is left that is up.
    Playground(Loop& loop, const protocol::RuntimeDirectory& directory, std::string path,
               std::function<void()> at_rest);

    // Opens what the runtime directory holds and takes over what an earlier supervisor left.
    [[nodiscard]] base::Status open();

    [[nodiscard]] const std::string& path() const { return around_.playground; }
    [[nodiscard]] Service& service(const std::string& name);  // made where it is not known yet
    [[nodiscard]] Service* find(const std::string& name);
    [[nodiscard]] bool all_down() const;
    [[nodiscard]] protocol::Status status() const;

    // Handles every report that waits: before a time-out is believed, what has happened must be known.
    void take_reports();
    // Tells logger and keeper to end, and calls `sent` once they can know. Nothing may be up.
    void finish(std::function<void()> sent);

    // What lives of the services outside of every keeper.
    [[nodiscard]] Escaped& escaped() { return escaped_; }

  private:
    void route(const protocol::Report& report);
    void child_ended(const protocol::Report& report);
    void restore();
    void schedule(Service& service, std::optional<model::Time> at);
    void time_passed();
    void arm();
    void stepped(Service& service);

    Loop& loop_;
    Commands commands_;
    StateFile state_file_;
    Surroundings around_;
    os::Fd reports_;
    std::unique_ptr<Readable> reports_watch_;
    std::vector<std::unique_ptr<Service>> services_;  // by slot; slot 0 is the state file's header
    std::unordered_map<std::string, Service*> by_name_;
    std::unordered_map<pid_t, Service*> by_keeper_;
    std::set<Service*> without_keeper_;
    std::set<std::pair<model::Time, std::uint32_t>> due_;
    std::vector<std::optional<model::Time>> due_at_;  // by slot
    Timer timer_;
    std::optional<model::Time> armed_;  // for when
    std::set<Service*> up_;             // or on their way up or down
    std::function<void()> at_rest_;
    Escaped escaped_;
};

}  // namespace supervisor
