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
#include "supervisor/adoption.h"
#include "supervisor/commands.h"
#include "supervisor/escaped.h"
#include "supervisor/logger_watch.h"
#include "supervisor/loop.h"
#include "supervisor/service.h"
#include "supervisor/state_file.h"
#include "supervisor/upgrades.h"

namespace supervisor {

class Playground {
  public:
    struct Outlets {
        std::function<void()> at_rest;  // each time a service went down and none is left that is up
        std::function<void()> roused;   // a service is up, or on its way, where none was
        std::function<void()> adopted;  // once, where adopted() has become true after open()
        std::function<void(bool fit)> upgrade_decided;
    };

    // `path` is absolute.
    Playground(Loop& loop, const protocol::RuntimeDirectory& directory, std::string path, Outlets outlets);

    // Opens what the runtime directory holds and takes over what an earlier supervisor left.
    [[nodiscard]] base::Status open();
    // What an earlier supervisor left is known as it is now, and not only as it was noted. Until then nothing
    // may be said of it.
    [[nodiscard]] bool adopted() const { return adoption_.complete(); }

    [[nodiscard]] const std::string& path() const { return around_.playground; }
    [[nodiscard]] Service& service(const std::string& name);  // made where it is not known yet
    [[nodiscard]] Service* find(const std::string& name);
    [[nodiscard]] Callers& callers() { return callers_; }
    [[nodiscard]] MemoryWatch& memory_watch() { return memory_watch_; }
    [[nodiscard]] bool all_down() const;
    [[nodiscard]] protocol::Status status();

    // Has another playground's keeper started next to ours. An error is why it can't be.
    [[nodiscard]] base::Status start_neighbour(pid_t caller, const protocol::Neighbour& neighbour);
    // Handles every report that waits: before a time-out is believed, what has happened must be known.
    void take_reports();
    // Calls `done` once the logger can know of everything that was closed, which replaces an earlier wish,
    // and no keeper is left that the playground's keeper would not wait for.
    void when_all_is_put_away(std::function<void()> done);
    // Tells the keeper, and by it the logger, to end, and calls `sent` once it can know. Nothing may be up.
    void finish(std::function<void()> sent);

    // The descriptors of outputs that are held because no keeper of a service does.
    [[nodiscard]] std::vector<int> held_outputs() const;
    // Whether the runtime directory still holds what belongs to it.
    [[nodiscard]] bool files_in_place() const;
    // Where it does not: writes what is ours once more and tells the keeper, which replaces us by a
    // supervisor that finds everything in its place.
    [[nodiscard]] base::Status restore_files();

    // What lives of the services outside of every keeper.
    [[nodiscard]] Escaped& escaped() { return escaped_; }
    [[nodiscard]] Upgrades& upgrades() { return upgrades_; }

  private:
    void route(const protocol::Report& report);
    void take_unreported_keeper(Service& service, const protocol::Report& report);
    void child_ended(const protocol::Report& report);
    void keeper_lost(pid_t keeper);
    void restore();
    void adopt(Service& service, const Record& record);
    void synced();
    void look_whether_adopted();
    void adopt_unknown();
    void adopt(const std::string& name, const os::ProcessId& keeper);
    [[nodiscard]] Service* holder_of(pid_t pid) const;
    [[nodiscard]] bool is_ours(pid_t child) const;
    [[nodiscard]] bool is_main_of_another(pid_t child, const Service& service) const;
    [[nodiscard]] FoundPids fallen(const Service& service) const;
    void note_marked_orphans();
    [[nodiscard]] std::unordered_map<std::string, pid_t> untold_keepers() const;
    [[nodiscard]] Service* reported_by(const protocol::Report& report) const;
    void schedule(Service& service, std::optional<model::Time> at);
    void time_passed();
    void arm();
    void stepped(Service& service);

    Loop& loop_;
    Commands commands_;
    StateFile state_file_;
    Callers callers_;
    MemoryWatch memory_watch_;
    Orphans orphans_;
    Surroundings around_;
    os::Fd reports_;
    std::unique_ptr<Readable> reports_watch_;
    std::vector<std::unique_ptr<Service>> services_;  // by slot; slot 0 is the state file's header
    std::unordered_map<std::string, Service*> by_name_;
    std::unordered_map<pid_t, Service*> by_keeper_;
    std::set<Service*> without_keeper_;
    std::vector<os::ProcessId> leaving_;  // keepers that were released, and nobody waits for
    std::set<std::pair<model::Time, std::uint32_t>> due_;
    std::vector<std::optional<model::Time>> due_at_;  // by slot
    Adoption adoption_;
    Timer adoption_timer_;
    Timer timer_;
    std::optional<model::Time> armed_;  // for when
    std::set<Service*> up_;             // or on their way up or down
    Outlets outlets_;
    Escaped escaped_;
    Upgrades upgrades_;
    LoggerWatch logger_watch_;
};

}  // namespace supervisor
