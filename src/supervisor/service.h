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
#include "supervisor/check.h"
#include "supervisor/commands.h"
#include "supervisor/process_set.h"
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
    // The kill did not help.
    virtual void unkillable(Service& service, const std::vector<protocol::ProcessRow>& rows) = 0;
};

// What all services of a playground share.
struct Surroundings {
    Loop& loop;
    Commands& commands;
    StateFile& state_file;
    protocol::RuntimeDirectory directory;
    std::string playground;  // absolute
    // When the service's time is due next; replaces what was said before.
    std::function<void(Service&, std::optional<model::Time>)> schedule;
    // After each step, once everything of it was done.
    std::function<void(Service&)> stepped;
};

class Service {
  public:
    Service(Surroundings& around, std::uint32_t slot, std::string name);

    [[nodiscard]] const std::string& name() const { return record_.name; }
    [[nodiscard]] std::uint32_t slot() const { return slot_; }
    [[nodiscard]] std::string path() const { return around_.playground + "/" + record_.name; }
    [[nodiscard]] const model::Service& model() const { return record_.service; }
    [[nodiscard]] const config::ServiceSettings& settings() const { return record_.settings; }
    [[nodiscard]] model::ServiceStatus status() const;
    [[nodiscard]] bool ready() const;
    [[nodiscard]] bool down() const;
    // Why it could not be started the last time, empty where it could: "exec: Permission denied".
    [[nodiscard]] const std::string& spawn_error() const { return spawn_error_; }
    // Why its log is not being written, empty where it is.
    [[nodiscard]] const std::string& log_error() const { return log_error_; }
    [[nodiscard]] pid_t keeper() const { return record_.keeper.pid; }
    // It is up, or on its way, without a keeper: what is above it was killed.
    [[nodiscard]] bool unkept() const { return record_.keeper.pid == 0 && !keeper_commanded_ && !down(); }

    void observe(Observer* observer) { observers_.push_back(observer); }
    void forget(Observer* observer) { std::erase(observers_, observer); }

    // Wanted up, for `caller` and with `settings` if it has to be started for that. An error starts nothing.
    [[nodiscard]] base::Status start(const protocol::Caller& caller, const config::ServiceSettings& settings);
    // Wanted down; `timeout` seconds until the deadline, counted from now where the stop begins now.
    void stop(bool force, double timeout);
    void take(const protocol::Report& report);
    // `pid`, a child of the playground's keeper, ended with a wait status: our keeper, or an orphan that may
    // be ours.
    void child_ended(pid_t pid, int status);
    void time_passed();

    // Takes over what an earlier supervisor knew, and asks the keeper how things stand.
    void restore(const Record& record);
    // The earlier supervisor's last commands are known to be done: without a keeper by now, there is none.
    void settle();

  private:
    void handle(const model::Event& event);
    void act(const model::Action& action);
    void act_spawn();
    void kill_set(bool first);
    void begin_check();
    void say(const std::string& line);
    void drain();
    void release();
    void remove_files() const;
    void without_keeper(pid_t ended, int status);
    void watch_rest();
    void found_dead();
    [[nodiscard]] bool main_lives() const;
    [[nodiscard]] ProcessSet processes() const;
    void failed_to_spawn(const protocol::Report& report);
    void persist();
    [[nodiscard]] model::Policy policy() const;
    [[nodiscard]] base::Status prepare(const protocol::Caller& caller);
    [[nodiscard]] base::Status open_notification();
    void watch_notification();
    void notified();
    void notify_observers(const std::function<void(Observer&)>& call);

    Surroundings& around_;
    std::uint32_t slot_;
    Record record_;
    std::vector<Observer*> observers_;
    std::unique_ptr<Check> check_;
    os::Fd notification_;
    std::unique_ptr<Readable> notification_watch_;
    os::Fd main_process_;  // only of a main process that no keeper of ours watches
    std::unique_ptr<Readable> main_watch_;
    bool watches_rest_ = false;
    std::string spawn_error_;
    std::string log_error_;
    std::uint32_t drain_token_ = 0;
    bool keeper_commanded_ = false;  // a fork was asked for and not reported yet
};

}  // namespace supervisor
