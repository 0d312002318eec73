// One service as a pure state machine: step(Service, Policy, Event, now) changes the service and returns what
// is to be done. Used by the supervisor, which turns what happens into Events and Actions into calls. No
// clock, no fd, no log.
//
// clang-format off
//   state     what is there                                    leaves it by
//   Down      nothing                                          WantUp → Spawning
//   Spawning  its keeper was told to execute ./run             Spawned → Running, SpawnFailed → Resting
//   Running   the main process lives; ready or not yet         MainEnded → Resting or Spawning,
//                                                              WantDown → Stopping
//   Resting   the main process ended, it is started again      its time, if not held → Spawning,
//                                                              WantDown → Stopping or Draining
//   Stopping  asked to end; the rest of its set may be left    SetEmpty → Draining, or Spawning if wanted again
//   Draining  all ended; the last output goes into the log     Drained or five seconds → Down, or Spawning
// clang-format on
//
// What is wanted is a field of its own: requests change only that and, where it matters, hasten the state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/exit_status.h"

namespace model {

using Time = std::chrono::nanoseconds;  // on a clock that stands still while the machine sleeps
using Duration = std::chrono::nanoseconds;

// A service that ends is executed again at most this often.
inline constexpr Duration kSpacing = std::chrono::seconds(1);
// What could not be done for a shortage is tried again at this interval: it may be over at any time.
inline constexpr Duration kShortagePause = std::chrono::seconds(1);
// A ./run that can't be executed is tried again after 1, 2, 4, 8, 10, 10 … seconds.
inline constexpr Duration kLongestBackoff = std::chrono::seconds(10);
// How long a stop waits for the last output to be written out: the logger may be on its way back, and a disk
// that is full may get room.
inline constexpr Duration kDrainTime = std::chrono::seconds(5);
// While the log can't be written, the logger is asked this often.
inline constexpr Duration kDrainAgain = std::chrono::milliseconds(250);
// After the deadline the kill is repeated this often for as long as something of the set is left.
inline constexpr Duration kKillAgain = std::chrono::milliseconds(500);
// A readiness check that takes longer than this, or than timeout-ready where that is more, is killed and has
// failed.
inline constexpr Duration kLongestCheck = std::chrono::seconds(10);

// What the service's settings and its caller say.
struct Policy {
    Duration timeout_ready = std::chrono::seconds(2);
    Duration timeout_stop = std::chrono::seconds(2);
    Duration poll_ready = std::chrono::milliseconds(150);
    Duration poll_down = std::chrono::seconds(10);
    Duration settle = std::chrono::milliseconds(100);
    bool has_check = false;         // there is a `ready` script
    bool has_helper = false;        // ./run names pgctl-poll-ready, which says when the check may begin
    bool has_notification = false;  // there is a notification-fd

    [[nodiscard]] bool proves_readiness() const { return has_check || has_notification; }
};

// --- states ---

struct Down {};

struct Spawning {
    Time since{};
};

struct Running {
    int pid = 0;
    Time since{};
    std::optional<Time> ready_since;
    // The `ready` check: when the next one begins, or since when one is running.
    std::optional<Time> next_check;
    std::optional<Time> check_began;
    std::optional<Time> failing_since;  // the first failed check after it was ready
};

struct Resting {
    Time since{};
    Time until{};
    bool set_empty = true;
    bool could_not_execute = false;
    // What a life has left that ended unseen is in the way: not before a start has cleared it, or it has
    // ended.
    bool held = false;
};

struct Stopping {
    std::optional<int> pid;  // of the main process, while it lives
    Time since{};            // when the main process was started
    Time deadline{};
    bool force = true;           // may kill at the deadline
    bool spawn_pending = false;  // its keeper has not answered yet
    bool overdue = false;        // the deadline has passed and nothing may be killed
    bool by_itself = false;      // not asked for from outside: its check failed for too long, or a Restart
    std::optional<Time> killed;  // when the set was first killed
    Time kill_again{};           // valid where `killed` is set
};

struct Draining {
    Time until{};
    std::optional<Time> again;  // the logger could not write it
};

using State = std::variant<Down, Spawning, Running, Resting, Stopping, Draining>;

enum class Wanted : std::uint8_t { down, up };

struct Service {
    Wanted wanted = Wanted::down;
    State state = Down{};
    std::uint32_t generation = 0;     // which life; grows with each Spawn
    std::uint32_t restarts = 0;       // lives begun without being asked for, since it was last wanted up
    std::uint32_t failed_spawns = 0;  // in a row
    Time last_spawn{};
    std::optional<base::ExitStatus> last_exit;  // of the main process, since it was last wanted up
};

// --- events ---

struct WantUp {
    bool force = true;     // what a stop without force has left over may be killed
    bool blocked = false;  // something may still be left of an earlier life, which holds this one
};
struct WantDown {
    bool force = true;
};
struct Restart {  // down and up again, asked for from within the service: whoever asked ends with it
    bool force = true;
};
struct Spawned {
    int pid = 0;
    Time at{};  // when its keeper saw it begin, 0: not known
};
struct SpawnFailed {
    bool set_empty = true;
    bool shortage = false;  // of processes, memory or descriptors, which nothing at the service can mend
};
struct MainEnded {
    base::ExitStatus status = base::ExitStatus::exited(0);
    bool set_empty = true;
};
struct SetEmpty {};
struct Drained {
    bool complete = true;  // false: the log can't be written now
};
struct CheckEnded {
    bool passed = false;
};
struct PollBegun {};        // ./run has come as far as pgctl-poll-ready
struct CheckImpossible {};  // for a shortage, ./ready could not be run: that tells nothing of the service
struct Notified {};
struct TimePassed {   // wake_at() has come
    Duration lost{};  // of the time until time_out(), ours did not get to run: it is put off by that
};
struct Standing {  // a new supervisor asked the keeper how things are: the truth, where we may be a step
                   // behind
    int pid = 0;   // of the main process, 0 where there is none; then `status` is how the last one ended
    base::ExitStatus status = base::ExitStatus::exited(0);
    bool set_empty = true;
};
struct NothingLeft {};  // a new supervisor found neither a keeper nor any process of the service
struct LeftOver {};     // it found neither a keeper nor the main process, but others of the set

using Event =
    std::variant<WantUp, WantDown, Restart, Spawned, SpawnFailed, MainEnded, SetEmpty, Drained, CheckEnded,
                 PollBegun, CheckImpossible, Notified, TimePassed, Standing, NothingLeft, LeftOver>;

// --- actions ---

struct Spawn {};          // begin life `generation`
struct TerminateMain {};  // TERM and CONT to the main process
struct TerminateSet {};   // TERM and CONT to all that is left of the set
struct KillSet {          // show, then KILL all that is left
    bool first = true;    // not a repetition
};
struct BeginCheck {};
struct EndCheck {};  // kill the running check, if any
struct Say {         // a line for the service's log
    std::string text;
};
struct Drain {};          // have the logger write out what is left
struct LeaveOutput {};    // the logger could not write it out in time: it is left to the logger, and told
struct Release {};        // nothing of the service is left: its keeper may go
struct GiveUp {           // the stop has failed: its deadline passed and something is left
    bool killed = false;  // although it was killed
};

using Action = std::variant<Spawn, TerminateMain, TerminateSet, KillSet, BeginCheck, EndCheck, Say, Drain,
                            LeaveOutput, Release, GiveUp>;
using Actions = std::vector<Action>;

[[nodiscard]] Actions step(Service& service, const Policy& policy, const Event& event, Time now);

// When TimePassed is due next, if at all.
[[nodiscard]] std::optional<Time> wake_at(const Service& service, const Policy& policy);

// When a time-out is due that says something of the service, if one is: not what we plan for ourselves.
// Before it is believed, what has happened until then has to be told.
[[nodiscard]] std::optional<Time> time_out(const Service& service, const Policy& policy);

[[nodiscard]] bool is_ready(const Service& service, const Policy& policy);
// A life was commanded, and its keeper has not told yet what has become of it.
[[nodiscard]] bool is_spawning(const Service& service);
// It is wanted, and is not started as long as an earlier life has something left.
[[nodiscard]] bool is_held(const Service& service);
// Nothing of it is left, and nothing is going to be.
[[nodiscard]] bool is_down(const Service& service);

}  // namespace model
