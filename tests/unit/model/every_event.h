// Every event meets a service in every state it can be in: 25 events, and of each state all variants that
// matter. The expectations are written out by hand, as the table at the top of model/service.h and the
// interface say. A row lists the cells in which something happens; in all others nothing may. A restart is no
// event with cells of its own: it has to be a stop and a start in whatever state it comes. For the tests of
// this folder that are named every_event_<state>_test.cc.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>

#include "model/service.h"
#include "shown.h"

namespace model::every_event {

using namespace std::chrono_literals;

constexpr Time now = 1000s;

struct Cell {
    std::string changes;  // as shown::changes() tells them
    std::string actions;

    bool operator==(const Cell&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Cell& cell) {
    return out << "changes \"" << cell.changes << "\", actions \"" << cell.actions << "\"";
}

using Row = std::map<std::string, Cell>;

inline const std::map<std::string, Event>& every_event() {
    static const base::ExitStatus three = base::ExitStatus::exited(3);
    static const std::map<std::string, Event> events = {
        {"start", WantUp{}},
        {"start without force", WantUp{.force = false}},
        {"start while something is left", WantUp{.blocked = true}},
        {"stop", WantDown{}},
        {"stop without force", WantDown{.force = false}},
        {"spawned", Spawned{.pid = 13}},
        {"not spawned", SpawnFailed{}},
        {"not spawned, others left", SpawnFailed{.set_empty = false}},
        {"not spawned for a shortage", SpawnFailed{.shortage = true}},
        {"ended", MainEnded{.status = three}},
        {"ended, others left", MainEnded{.status = three, .set_empty = false}},
        {"empty", SetEmpty{}},
        {"drained", Drained{}},
        {"passed", CheckEnded{.passed = true}},
        {"failed", CheckEnded{.passed = false}},
        {"poll begun", PollBegun{}},
        {"check impossible", CheckImpossible{}},
        {"notified", Notified{}},
        {"time", TimePassed{}},
        {"stands", Standing{.pid = 12}},
        {"stands anew", Standing{.pid = 13}},
        {"stands without main", Standing{.status = three}},
        {"stands without main, others left", Standing{.status = three, .set_empty = false}},
        {"nothing left", NothingLeft{}},
        {"left over", LeftOver{}},
    };
    return events;
}

// What is counted whatever the state: how often in a row a spawn failed, and how the main process ended last.
inline const Row kCounted = {
    {"spawned", {"failed spawns 0", ""}},
    {"not spawned", {"failed spawns 2", ""}},
    {"not spawned, others left", {"failed spawns 2", ""}},
    {"not spawned for a shortage", {"failed spawns 2", ""}},
    {"ended", {"exit code 3", ""}},
    {"ended, others left", {"exit code 3", ""}},
    {"stands", {"failed spawns 0", ""}},
    {"stands anew", {"failed spawns 0", ""}},
};

class EveryEventMeets : public testing::Test {
  protected:
    EveryEventMeets() {
        service.wanted = Wanted::up;
        service.generation = 7;
        service.restarts = 2;
        service.failed_spawns = 1;
        service.last_spawn = now - 10s;
    }

    void is(const State& state) { service.state = state; }
    void was_spawned(Duration ago) { service.last_spawn = now - ago; }
    void is_not_wanted() { service.wanted = Wanted::down; }
    void ended_before(int code) { service.last_exit = base::ExitStatus::exited(code); }
    void has_a_check() { policy.has_check = true; }
    void has_a_notification() { policy.has_notification = true; }

    void expect(const Row& row) const {
        for (const auto& [name, cell] : row) EXPECT_TRUE(every_event().contains(name)) << name;
        for (const auto& [name, event] : every_event()) {
            SCOPED_TRACE(shown::state(service.state, now) + " meets \"" + name + "\"");
            Service after = service;
            const Actions actions = step(after, policy, event, now);
            const Cell found = {shown::changes(service, after, now), shown::actions(actions)};
            EXPECT_EQ(found, expected(row, name));
        }
        for (const bool force : {true, false}) expect_a_restart_to_be_a_stop_and_a_start(force);
    }

    Service service;
    Policy policy;

  private:
    void expect_a_restart_to_be_a_stop_and_a_start(bool force) const {
        SCOPED_TRACE(shown::state(service.state, now) + " is restarted");
        Service twice = service, once = service;
        Actions actions = step(twice, policy, WantDown{.force = force}, now);
        for (const Action& action : step(twice, policy, WantUp{}, now)) actions.push_back(action);
        if (auto* stopping = std::get_if<Stopping>(&twice.state)) stopping->by_itself = true;
        EXPECT_EQ(shown::actions(step(once, policy, Restart{.force = force}, now)), shown::actions(actions));
        EXPECT_EQ(shown::changes(service, once, now), shown::changes(service, twice, now));
        EXPECT_EQ(once.wanted, Wanted::up);
    }

    static Cell expected(const Row& row, const std::string& name) {
        if (const auto cell = row.find(name); cell != row.end()) return cell->second;
        // It differs only where a stop without force has left something.
        if (name == "start without force") return expected(row, "start");
        if (name == "start while something is left") return expected(row, "start");
        const auto counted = kCounted.find(name);
        return counted != kCounted.end() ? counted->second : Cell{};
    }
};

}  // namespace model::every_event
