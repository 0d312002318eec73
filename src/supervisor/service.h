// The shell around one service's state machine: turns reports, checks and time into model Events, and Actions
// into calls. Used by the playground, which owns all of them. It decides nothing; what is next is
// model/service.h's business.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/service_settings.h"
#include "model/service.h"
#include "model/status.h"
#include "protocol/messages.h"
#include "supervisor/callers.h"
#include "supervisor/check.h"
#include "supervisor/commands.h"
#include "supervisor/lost_time.h"
#include "supervisor/memory_watch.h"
#include "supervisor/orphans.h"
#include "supervisor/process_set.h"
#include "supervisor/spawn_plan.h"
#include "supervisor/state_file.h"

namespace supervisor {

class Service;

// What a service tells the commands that wait for it.
class Observer {
  public:
    virtual ~Observer() = default;
    // After each step.
    virtual void stepped(Service& service) = 0;
    // `rows` are about to be killed (or, where not `killed`, are left alone although the deadline has
    // passed).
    virtual void runaway(Service& service, const std::vector<protocol::ProcessRow>& rows, bool killed) = 0;
    // It is down, and its log could not be written until the end: `bytes` wait for the logger to write them.
    // `reason` is empty where that is merely slow.
    virtual void output_waits(Service& service, size_t bytes, const std::string& reason) = 0;
    // The kill did not help.
    virtual void unkillable(Service& service, const std::vector<protocol::ProcessRow>& rows) = 0;
};

// What all services of a playground share.
struct Surroundings {
    Loop& loop;
    Commands& commands;
    StateFile& state_file;
    Callers& callers;
    MemoryWatch& memory_watch;
    Orphans& orphans;
    protocol::RuntimeDirectory directory;
    std::string playground;  // absolute
    // When the service's time is due next; replaces what was said before.
    std::function<void(Service&, std::optional<model::Time>)> schedule;
    // After each step, once everything of it was done.
    std::function<void(Service&)> stepped;
    // The keeper of a service is gone.
    std::function<void(pid_t keeper)> keeper_lost;
    // It was released, and is nobody's child who would wait for its end.
    std::function<void(const os::ProcessId& keeper)> keeper_leaves;
    // What a killed keeper of the service has left, as far as no mark tells whose it is.
    std::function<FoundPids(const Service&)> fallen;
    std::function<void()> take_reports;
    std::function<pid_t()> logger;                // its pid, 0 while it is being replaced
    std::function<std::string()> logger_trouble;  // why it writes no log at all, empty where it does
};

class Service {
  public:
    Service(Surroundings& around, std::uint32_t slot, std::string name);

    [[nodiscard]] const std::string& name() const { return record_.name; }
    [[nodiscard]] std::uint32_t slot() const { return slot_; }
    [[nodiscard]] std::string scratch() const;
    [[nodiscard]] std::string path() const { return around_.playground + "/" + record_.name; }
    [[nodiscard]] const model::Service& model() const { return record_.service; }
    [[nodiscard]] const config::ServiceSettings& settings() const { return record_.settings; }
    // `untold_keeper` keeps it as well as is known, where keeper() is not known yet.
    [[nodiscard]] model::ServiceStatus status(pid_t untold_keeper = 0) const;
    [[nodiscard]] bool ready() const;
    [[nodiscard]] bool down() const;
    // Why it could not be started the last time, empty where it could: "exec: Permission denied".
    [[nodiscard]] const std::string& spawn_error() const { return spawn_error_; }
    // Why its check can't be run, empty where it can.
    [[nodiscard]] const std::string& check_error() const { return check_error_; }
    // What probably ended the life before this one, empty where there is nothing to say.
    [[nodiscard]] const std::string& end_remark() const { return end_remark_; }
    // Why its log is not being written, empty where it is.
    [[nodiscard]] const std::string& log_error() const { return log_error_; }
    [[nodiscard]] pid_t keeper() const { return record_.keeper.pid; }
    // The check that is under way, 0 where there is none.
    [[nodiscard]] pid_t check() const { return check_ ? check_->pid() : 0; }
    // A keeper of it was killed, and some of what that kept may live outside of the next one.
    [[nodiscard]] bool has_strays() const { return record_.strays; }
    // As it was told of; 0 where there is none.
    [[nodiscard]] pid_t main() const { return record_.main.pid; }
    // Something that it has left was found outside of every keeper.
    void note_strays();
    // Its output, held open as long as there is no keeper that does; -1: not.
    [[nodiscard]] int held_output() const { return held_output_.get(); }
    // It is up, or on its way, without a keeper: what is above it was killed.
    [[nodiscard]] bool unkept() const { return record_.keeper.pid == 0 && !keeper_commanded_ && !down(); }
    // Whether a process ends when this service is stopped; `lineage` is the process and its ancestors.
    [[nodiscard]] bool holds(const std::vector<pid_t>& lineage) const;

    void observe(Observer* observer) { observers_.push_back(observer); }
    void forget(Observer* observer) { std::erase(observers_, observer); }

    // Wanted up, for `caller` and with `settings` if it has to be started for that. An error starts nothing.
    // `force`: what an earlier life has left over may be killed.
    [[nodiscard]] base::Status start(std::shared_ptr<const protocol::Caller> caller,
                                     const config::ServiceSettings& settings, bool force);
    // Down and up again with what is given here, whatever becomes of whoever asked.
    [[nodiscard]] base::Status restart(std::shared_ptr<const protocol::Caller> caller,
                                       const config::ServiceSettings& settings, bool force);
    // Wanted down; `timeout` seconds until the deadline, counted from now where the stop begins now.
    // `tracing`: what belongs to it may be recognized by its environment.
    void stop(bool force, double timeout, bool tracing);
    void take(const protocol::Report& report);
    // `pid` is its keeper from now on, forked by `parent`, a keeper of the playground (0: not known).
    void take_keeper(pid_t pid, pid_t parent);
    // Whether `report`, of a keeper that nobody has heard of, is of the life that it waits for.
    [[nodiscard]] bool awaits(const protocol::Report& report) const;
    // `pid`, a child of the playground's keeper, ended with a wait status: our keeper, or an orphan that may
    // be ours.
    void child_ended(pid_t pid, int status);
    // Its ./run has come as far as pgctl-poll-ready.
    void poll_begun();
    void time_passed();
    // Learns what the service and its check have done until now: a time-out is about to be believed.
    void catch_up();

    // Takes over what an earlier supervisor knew, and asks the keeper how things stand.
    void restore(const Record& record);
    // What keeps it from being started again: what is left of a life that ended before this supervisor came.
    [[nodiscard]] std::vector<os::ProcessId> leftovers() const;
    // The same in words, empty where nothing does.
    [[nodiscard]] std::string held_remark() const;
    // The earlier supervisor's last commands are known to be done: without a keeper by now, there is none.
    void settle();

    // A new logger has to be told of it, and tells in turn where it can't write.
    void introduce_to_logger();

    // Whether its files in the runtime directory are there, and making them once more where they are not.
    [[nodiscard]] bool files_in_place() const;
    [[nodiscard]] base::Status restore_files();

  private:
    void handle(const model::Event& event);
    void handle(const model::Event& event, model::Time now);
    void act(const model::Action& action);
    void act_spawn();
    void kill_set(bool first);
    void begin_check();
    void check_ended(bool passed);
    void end_check();
    void watch_time_out(model::Time now);
    [[nodiscard]] model::Duration lost_of_time_out(model::Time now);
    [[nodiscard]] bool main_has_ended() const;
    void tell_of_waiting_output();
    void check_not_begun(const base::Error& error);
    [[nodiscard]] std::string check_plan() const;
    void forget_check_plan() const;
    void look_for_poll();
    [[nodiscard]] SpawnPlace place() const;
    void say(const std::string& line);
    void drain();
    void release();
    void empty_files() const;
    void watch_main();
    void without_keeper(pid_t ended, int status);
    [[nodiscard]] std::vector<os::ProcessId> identified(const std::vector<pid_t>& pids) const;
    void not_spawned(bool empty, bool shortage);
    void kill_unknown_life();
    void watch_rest();
    void look_for_rest();
    void lose_keeper();
    void hold_output();
    void watch_keeper();
    void watch_later(std::function<void()> watch);
    [[nodiscard]] bool nothing_left(const protocol::Report& report);
    [[nodiscard]] bool has_rest();
    [[nodiscard]] bool main_lives() const;
    [[nodiscard]] ProcessSet processes() const;
    void tell_of_kill(int status);
    void failed_to_spawn(const protocol::Report& report);
    void persist();
    [[nodiscard]] model::Policy policy() const;
    [[nodiscard]] base::Status prepare(std::shared_ptr<const protocol::Caller> caller,
                                       const config::ServiceSettings& settings);
    [[nodiscard]] base::Status prepare_files();
    [[nodiscard]] base::Status make_files() const;
    [[nodiscard]] base::Status write_spawn_file() const;
    void remember_caller();
    [[nodiscard]] base::Status open_notification();
    [[nodiscard]] base::Status reopen_notification();
    void watch_notification();
    void notified();
    void notify_observers(const std::function<void(Observer&)>& call);

    Surroundings& around_;
    std::uint32_t slot_;
    Record record_;
    // Whose service it is; shared by all that one command has started. Nothing where nobody knows any more.
    std::shared_ptr<const protocol::Caller> caller_;
    std::vector<Observer*> observers_;
    std::unique_ptr<Check> check_;
    os::Fd notification_;
    std::unique_ptr<Readable> notification_watch_;
    os::Fd keeper_process_;  // only of a keeper that is not the playground's keeper's child
    std::unique_ptr<Readable> keeper_watch_;
    os::Fd main_process_;  // only of a main process that no keeper of ours watches
    std::unique_ptr<Readable> main_watch_;
    os::Fd held_output_;                  // of a service without a keeper
    std::unique_ptr<Timer> watch_again_;  // where one of the two could not be opened
    bool watches_rest_ = false;
    bool kills_rest_ = false;            // whatever of it may still appear
    std::unique_ptr<Timer> rest_timer_;  // where it can't be told what that is
    std::string spawn_error_;
    std::string log_error_;
    std::string check_error_;
    std::string end_remark_;
    std::optional<model::Time> time_out_;  // as model::time_out() says
    LostTime lost_time_;                   // of it
    LostCheckTime lost_check_time_;        // of it, where it is that of a check
    std::uint32_t drain_token_ = 0;
    bool keeper_commanded_ = false;  // a fork was asked for and not reported yet
    bool life_commanded_ = false;    // by this supervisor, of the keeper that it took over
};

}  // namespace supervisor
