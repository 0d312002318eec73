#include "supervisor/service.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "os/clock.h"
#include "os/file.h"
#include "os/pipe.h"
#include "os/shortage.h"
#include "supervisor/await_end.h"
#include "supervisor/process_set.h"
#include "supervisor/shown_caller.h"
#include "supervisor/spawn_failure.h"

namespace supervisor {

namespace {

constexpr size_t kLargestSpawnFile = size_t{64} << 20;  // bytes

model::Duration seconds(double count) {
    // The largest time-outs mean "never"; they must not overflow when they are added to now.
    constexpr double kLongest = 1e9;
    return std::chrono::duration_cast<model::Duration>(
        std::chrono::duration<double>(std::min(count, kLongest)));
}

}  // namespace

Service::Service(Surroundings& around, std::uint32_t slot, std::string name) : around_(around), slot_(slot) {
    record_.name = std::move(name);
}

model::Policy Service::policy() const {
    const config::ServiceSettings& settings = record_.settings;
    return {.timeout_ready = seconds(settings.timeout_ready),
            .timeout_stop = seconds(settings.timeout_stop),
            .poll_ready = seconds(settings.poll_ready),
            .poll_down = seconds(settings.poll_down),
            .settle = seconds(settings.settle),
            .has_check = settings.has_ready,
            .has_helper = settings.has_helper,
            .has_notification = settings.notification_fd.has_value()};
}

bool Service::ready() const {
    return model::is_ready(record_.service, policy());
}

bool Service::down() const {
    return model::is_down(record_.service);
}

bool Service::holds(const std::vector<pid_t>& lineage) const {
    const auto descends_from = [&](pid_t pid) { return std::ranges::find(lineage, pid) != lineage.end(); };
    if (check_ && descends_from(check_->pid())) return true;
    if (!unkept()) return record_.keeper.pid != 0 && descends_from(record_.keeper.pid);
    return std::ranges::any_of(processes().pids(), descends_from);
}

base::Status Service::start(std::shared_ptr<const protocol::Caller> caller,
                            const config::ServiceSettings& settings, bool force) {
    const pid_t asks = caller->pid;
    const model::State& state = record_.service.state;
    const bool alive =
        std::holds_alternative<model::Running>(state) || std::holds_alternative<model::Spawning>(state);
    if (!alive) {
        if (auto prepared = prepare(std::move(caller), settings); !prepared) return prepared;
    }
    // What was found is cleared, but for who asks; something may have been executing meanwhile.
    const bool blocked = model::is_held(record_.service) && settings.tracing &&
                         !processes().empty(around_.commands.proc().lineage(asks));
    handle(model::WantUp{.force = force, .blocked = blocked});
    return {};
}

base::Status Service::restart(std::shared_ptr<const protocol::Caller> caller,
                              const config::ServiceSettings& settings, bool force) {
    if (auto prepared = prepare(std::move(caller), settings); !prepared) return prepared;
    handle(model::Restart{.force = force});
    return {};
}

void Service::stop(bool force, double timeout, bool tracing) {
    record_.settings.timeout_stop = timeout;
    record_.settings.tracing = tracing;
    handle(model::WantDown{.force = force});
}

// For its next life; where that fails, what was is still true of the one that goes on.
base::Status Service::prepare(std::shared_ptr<const protocol::Caller> caller,
                              const config::ServiceSettings& settings) {
    const auto earlier_settings = std::exchange(record_.settings, settings);
    auto earlier_caller = std::exchange(caller_, std::move(caller));
    auto prepared = prepare_files();
    if (prepared) {
        spawn_error_.clear();
    } else {
        record_.settings = earlier_settings;
        caller_ = std::move(earlier_caller);
    }
    return prepared;
}

base::Status Service::prepare_files() {
    if (auto made = make_files(); !made) return made;
    const std::string stale = path() + "/down";
    // A file system that is mounted read-only says so even where there is nothing to remove.
    if (::unlink(stale.c_str()) != 0) {
        const int cause = errno;
        if (os::exists(stale)) return base::system_error(stale, cause);
    }
    return write_spawn_file();
}

std::string Service::scratch() const {
    return os::parent_of(around_.directory.root()) + "/" + name();
}

SpawnPlace Service::place() const {
    return {.service = path(),
            .scratch = scratch(),
            .output = around_.directory.output(name()),
            .notification = around_.directory.notification(name()),
            .notification_fd = record_.settings.notification_fd};
}

base::Status Service::make_files() const {
    for (const std::string& needed : {around_.directory.service(name()), scratch()}) {
        if (auto made = os::make_private_directories(needed); !made) return made;
    }
    if (::mkfifo(around_.directory.output(name()).c_str(), 0600) != 0 && errno != EEXIST) {
        return base::system_error(around_.directory.output(name()));
    }
    return {};
}

base::Status Service::write_spawn_file() const {
    const protocol::SpawnPlan plan = plan_spawn(place(), *caller_, inherited());
    // A keeper may be reading it, unless the service is down.
    const auto write = down() ? os::overwrite_file : os::replace_file;
    return write(around_.directory.spawn_file(name()), protocol::layout(plan), 0600);
}

// A new FIFO for each life: what an earlier one wrote proves nothing of this one.
base::Status Service::open_notification() {
    notification_watch_.reset();
    notification_.reset();
    if (!record_.settings.notification_fd) return {};
    const std::string path = around_.directory.notification(name());
    ::unlink(path.c_str());
    if (::mkfifo(path.c_str(), 0600) != 0) return base::system_error(path);
    return reopen_notification();
}

base::Status Service::reopen_notification() {
    if (!record_.settings.notification_fd) return {};
    auto fifo = os::open(around_.directory.notification(name()), O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    if (!fifo) return base::passed_on(fifo.error());
    notification_ = std::move(*fifo);
    return {};
}

// A service may be faster than its keeper's report that it was started: until that is here, what it wrote
// waits in the FIFO, since it would count for nothing.
void Service::watch_notification() {
    if (!notification_.valid() || notification_watch_ ||
        !std::holds_alternative<model::Running>(record_.service.state)) {
        return;
    }
    notification_watch_ =
        std::make_unique<Readable>(around_.loop, notification_.get(), [this] { notified(); });
}

void Service::notified() {
    std::array<char, 512> buffer;
    const auto count = os::read_some(notification_.get(), buffer);
    if (!count || std::memchr(buffer.data(), '\n', *count) == nullptr) return;
    notification_watch_.reset();
    notification_.reset();  // once is enough
    handle(model::Notified{});
}

void Service::handle(const model::Event& event) {
    handle(event, os::monotonic_now());
}

void Service::handle(const model::Event& event, model::Time now) {
    const model::Actions actions = model::step(record_.service, policy(), event, now);
    watch_time_out(now);
    // What a successor reads has to be true before the first of the calls is made.
    persist();
    for (const model::Action& action : actions) act(action);
    watch_notification();
    around_.schedule(*this, model::wake_at(record_.service, policy()));
    notify_observers([this](Observer& observer) { observer.stepped(*this); });
    around_.stepped(*this);
}

void Service::notify_observers(const std::function<void(Observer&)>& call) {
    const std::vector<Observer*> now = observers_;
    for (Observer* observer : now) call(*observer);
}

void Service::persist() {
    // A full disk must not stop the service; its keeper can tell most of this again.
    static_cast<void>(around_.state_file.write(slot_, record_));
}

void Service::act(const model::Action& action) {
    struct Act {
        Service& self;
        void operator()(const model::Spawn&) const { self.act_spawn(); }
        void operator()(const model::TerminateMain&) const {
            terminate(self.around_.commands.proc(), self.record_.main);
        }
        void operator()(const model::TerminateSet&) const { self.processes().terminate(); }
        void operator()(const model::KillSet& kill) const { self.kill_set(kill.first); }
        void operator()(const model::BeginCheck&) const { self.begin_check(); }
        void operator()(const model::EndCheck&) const { self.end_check(); }
        void operator()(const model::Say& say) const { self.say(say.text); }
        void operator()(const model::Drain&) const { self.drain(); }
        void operator()(const model::LeaveOutput&) const { self.tell_of_waiting_output(); }
        void operator()(const model::Release&) const { self.release(); }
        void operator()(const model::GiveUp& failed) const {
            const auto pids = self.processes().pids();
            const os::Proc& proc = self.around_.commands.proc();
            const auto rows = failed.killed ? rows_with_obstacles(proc, pids) : rows_of(proc, pids);
            self.notify_observers([&](Observer& observer) {
                failed.killed ? observer.unkillable(self, rows) : observer.runaway(self, rows, false);
            });
        }
    };
    std::visit(Act{*this}, action);
}

void Service::act_spawn() {
    record_.main = {};
    kills_rest_ = false;
    forget_check_plan();
    around_.commands.open_log(slot_, name());
    if (const auto opened = open_notification(); !opened) {
        spawn_error_ = opened.error().message();
        around_.loop.post([this, shortage = os::is_shortage(opened.error().number)] {
            not_spawned(processes().empty(), shortage);
        });
        return;
    }
    const std::uint32_t generation = record_.service.generation;
    life_commanded_ = true;
    if (record_.keeper.pid != 0 && around_.commands.begin_life(record_.keeper, generation)) return;
    record_.keeper = {};
    keeper_commanded_ = true;
    around_.commands.fork_keeper(slot_, name(), generation);
}

ProcessSet Service::processes() const {
    const auto fallen = [this] { return record_.strays ? around_.fallen(*this) : FoundPids(); };
    return ProcessSet(around_.commands.proc(), record_.keeper.pid, path(),
                      {.strays = record_.strays,
                       .tracing = record_.settings.tracing,
                       .main = record_.main,
                       .fallen = fallen});
}

void Service::kill_set(bool first) {
    const ProcessSet set = processes();
    std::map<int, std::string> states;  // as they were: stopped is what we make them
    if (first) {
        for (const protocol::ProcessRow& row : set.rows()) states[row.pid] = row.state;
    }
    set.freeze();
    auto rows = set.rows();
    for (protocol::ProcessRow& row : rows) {
        if (const auto state = states.find(row.pid); state != states.end()) row.state = state->second;
    }
    if (first && !rows.empty())
        notify_observers([&](Observer& observer) { observer.runaway(*this, rows, true); });
    set.kill();
}

void Service::begin_check() {
    auto check = Check::begin(around_.loop, check_plan(), [this](bool passed) { check_ended(passed); });
    if (!check) return check_not_begun(check.error());
    check_ = std::move(*check);
    around_.orphans.check_began(check_->pid());
}

void Service::end_check() {
    if (!check_) return;
    const pid_t pid = check_->pid();
    check_.reset();
    check_error_.clear();  // not before: until one has ended, that is why nothing is known
    around_.orphans.check_ended(pid, path());
    // What was killed just now may not have ended yet, and a stop leaves nothing.
    const bool stopping = std::holds_alternative<model::Stopping>(record_.service.state);
    if (stopping && !around_.orphans.left_by_check(path()).empty()) note_strays();
}

// As the process that ./run has become: with what that has from ./run, where pgctl-poll-ready has written it
// down.
std::string Service::check_plan() const {
    auto written = os::read_file(around_.directory.check_file(name()), kLargestSpawnFile);
    if (written && protocol::is_laid_out(*written)) return std::move(*written);
    return protocol::layout(plan_check(place(), caller_ ? *caller_ : protocol::Caller(), inherited()));
}

// What it told while nobody knew of its life.
void Service::look_for_poll() {
    if (record_.settings.has_helper && os::exists(around_.directory.check_file(name()))) poll_begun();
}

void Service::poll_begun() {
    handle(model::PollBegun{});
}

// What an earlier life has written down says nothing of the next.
void Service::forget_check_plan() const {
    if (record_.settings.has_ready) ::unlink(around_.directory.check_file(name()).c_str());
}

void Service::check_not_begun(const base::Error& error) {
    const std::string before = std::exchange(check_error_, error.message());
    if (check_error_ != before) say("pgctl-poll-ready: " + check_error_);
    around_.loop.post([this, number = error.number, generation = record_.service.generation] {
        if (check_ || record_.service.generation != generation) return;
        os::is_shortage(number) || number == EINTR ? handle(model::CheckImpossible{})
                                                   : handle(model::CheckEnded{.passed = false});
    });
}

void Service::say(const std::string& line) {
    const auto output = os::open(around_.directory.output(name()), O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    // A full pipe drops our line, never the service's.
    if (output) static_cast<void>(os::write_all(output->get(), line + "\n"));
}

void Service::drain() {
    around_.commands.drain_log(slot_, name(), ++drain_token_);
}

// The logger has not come to it, and from now on only the logger holds it: not for another one.
void Service::tell_of_waiting_output() {
    const auto output = os::open(around_.directory.output(name()), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    const size_t bytes = output ? os::bytes_waiting(output->get()).value_or(0) : 0;
    if (bytes == 0) return;
    const std::string reason = log_error_.empty() ? around_.logger_trouble() : log_error_;
    notify_observers([&](Observer& observer) { observer.output_waits(*this, bytes, reason); });
}

void Service::release() {
    end_check();
    notification_watch_.reset();
    notification_.reset();
    around_.commands.close_log(slot_, name());
    if (record_.keeper.pid != 0) around_.commands.release(record_.keeper);
    if (keeper_watch_) around_.keeper_leaves(record_.keeper);
    keeper_watch_.reset();
    keeper_process_.reset();
    main_watch_.reset();
    main_process_.reset();
    held_output_.reset();
    watch_again_.reset();
    rest_timer_.reset();
    watches_rest_ = kills_rest_ = false;
    record_.keeper = {};
    record_.main = {};
    caller_.reset();
    record_.strays = false;
    log_error_.clear();
    check_error_.clear();
    end_remark_.clear();
    empty_files();
    persist();
}

// The spawn file holds the caller's environment: nothing keeps it longer than it is needed. The files
// themselves stay: a file system takes longer to make them than a service to start.
void Service::empty_files() const {
    // All but a byte (os::overwrite_file tells why).
    const auto spawn_file =
        os::open(around_.directory.spawn_file(name()), O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    if (spawn_file) [[maybe_unused]]
        const int emptied = ::ftruncate(spawn_file->get(), 1);
    if (record_.settings.notification_fd) ::unlink(around_.directory.notification(name()).c_str());
    forget_check_plan();
}

bool Service::awaits(const protocol::Report& report) const {
    return record_.keeper.pid == 0 && model::is_spawning(record_.service) &&
           report.generation == record_.service.generation;
}

void Service::take(const protocol::Report& report) {
    using enum protocol::ReportKind;
    const bool stale = report.generation != record_.service.generation;
    switch (report.kind) {
        case keeper_forked:
            return take_keeper(report.pid, static_cast<pid_t>(report.token));
        case fork_failed:
        case spawn_failed:
            if (!stale) failed_to_spawn(report);
            return;
        case main_started:
            if (stale) return;
            spawn_error_.clear();
            record_.main =
                os::identify(around_.commands.proc(), report.pid).value_or(os::ProcessId{.pid = report.pid});
            handle(model::Spawned{.pid = report.pid, .at = model::Time(report.at)});
            return look_for_poll();  // it may have been faster than its keeper's report
        case main_ended:
            if (stale) return;
            record_.main = {};
            tell_of_kill(report.status);
            return handle(model::MainEnded{.status = base::ExitStatus::from_record(report.status),
                                           .set_empty = nothing_left(report)});
        case set_empty:
            if (nothing_left(report)) handle(model::SetEmpty{});
            return;
        case standing:
            // Said before it heard of the life that it was told to begin since we asked.
            if (stale && life_commanded_ && report.pid == 0) return;
            record_.service.generation = std::max(record_.service.generation, report.generation);
            if (report.pid != 0) {
                record_.main = os::identify(around_.commands.proc(), report.pid)
                                   .value_or(os::ProcessId{.pid = report.pid});
                if (!caller_) remember_caller();
            }
            handle(model::Standing{.pid = report.pid,
                                   .status = base::ExitStatus::from_record(report.status),
                                   .set_empty = nothing_left(report)});
            return look_for_poll();
        case drained:
            if (report.token == drain_token_) handle(model::Drained{.complete = report.status == 0});
            return;
        case log_blocked:
            log_error_ = ::strerrordesc_np(report.status);
            return;
        case log_resumed:
            log_error_.clear();
            return;
        case child_ended:
        case synced:
        case logger_began:
        case upgraded:
        case upgrade_failed:
        case poll_begun:
            return;
    }
}

// Nobody says who has killed a process. But where the kernel has been killing for want of memory, it is said.
void Service::tell_of_kill(int status) {
    end_remark_.clear();
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!killed || !std::holds_alternative<model::Running>(record_.service.state)) return;
    if (!around_.memory_watch.killed_since()) return;
    end_remark_ = "was killed, most likely by the kernel for want of memory";
    say("pgctl: ./run " + end_remark_);
}

void Service::failed_to_spawn(const protocol::Report& report) {
    const bool forking = report.kind == protocol::ReportKind::fork_failed;
    if (forking) keeper_commanded_ = false;
    const auto script = os::read_file(path() + "/run");
    const std::string before = std::exchange(
        spawn_error_, describe_spawn_failure(forking ? protocol::SpawnStage::fork : report.stage,
                                             report.status, script.value_or("")));
    // A shortage is met every second. What was killed on its way to ./run says nothing of that, either.
    const bool shortage = os::is_shortage(report.status) || report.status == EINTR;
    if (spawn_error_ != before || !shortage) say("pgctl: ./run: " + spawn_error_);
    const bool empty = forking ? processes().empty() : nothing_left(report);
    not_spawned(empty, shortage);
}

void Service::not_spawned(bool empty, bool shortage) {
    handle(model::SpawnFailed{.set_empty = empty, .shortage = shortage});
    if (!empty && record_.keeper.pid == 0) watch_rest();  // no keeper tells of its end
}

void Service::restore(const Record& record) {
    record_ = record;
    if (down()) return;
    remember_caller();
    around_.commands.open_log(slot_, name());
    if (record_.keeper.pid == 0 || !around_.commands.ask_standing(record_.keeper)) lose_keeper();
    watch_keeper();
    static_cast<void>(reopen_notification());
    watch_notification();
}

// What the earlier supervisor had written down for the keeper; services of one caller share it.
void Service::remember_caller() {
    const auto spawn_file = os::read_file(around_.directory.spawn_file(name()), kLargestSpawnFile);
    auto caller = caller_of(spawn_file.value_or(""));
    // Where somebody has deleted it, the process that it was for shows as much.
    const os::Proc& proc = around_.commands.proc();
    if (!caller && os::identify(proc, record_.main.pid) == record_.main)
        caller = caller_shown_by(proc, record_.main.pid);
    if (caller) caller_ = around_.callers.share(std::move(*caller));
}

void Service::introduce_to_logger() {
    log_error_.clear();
    around_.commands.open_log(slot_, name());
}

bool Service::files_in_place() const {
    return os::exists(around_.directory.spawn_file(name())) && os::exists(around_.directory.output(name())) &&
           os::exists(scratch());
}

base::Status Service::restore_files() {
    if (auto made = make_files(); !made) return made;
    persist();
    return caller_ ? write_spawn_file() : base::Status();
}

}  // namespace supervisor
