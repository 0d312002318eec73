#include "supervisor/service.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "os/clock.h"
#include "os/file.h"
#include "supervisor/await_end.h"
#include "supervisor/process_set.h"
#include "supervisor/spawn_failure.h"
#include "supervisor/spawn_plan.h"

namespace supervisor {

namespace {

// How long what a killed keeper has left is watched before it is looked for anew: it may have forked.
constexpr std::chrono::seconds kLookAgain{1};

model::Duration seconds(double count) {
    // The largest time-outs mean "never"; they must not overflow when they are added to now.
    constexpr double kLongest = 1e9;
    return std::chrono::duration_cast<model::Duration>(
        std::chrono::duration<double>(std::min(count, kLongest)));
}

base::ExitStatus exit_status(int wait_status) {
    return WIFEXITED(wait_status) || WIFSIGNALED(wait_status) ? base::ExitStatus::from_wait(wait_status)
                                                              : base::ExitStatus::signalled(SIGKILL);
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
            .has_notification = settings.notification_fd.has_value()};
}

model::ServiceStatus Service::status() const {
    return model::status_of(record_.service, policy(), os::monotonic_now());
}

bool Service::ready() const {
    return model::is_ready(record_.service, policy());
}

bool Service::down() const {
    return model::is_down(record_.service);
}

base::Status Service::start(const protocol::Caller& caller, const config::ServiceSettings& settings) {
    const model::State& state = record_.service.state;
    const bool alive =
        std::holds_alternative<model::Running>(state) || std::holds_alternative<model::Spawning>(state);
    if (!alive) {
        record_.settings = settings;
        if (auto prepared = prepare(caller); !prepared) return prepared;
        spawn_error_.clear();
    }
    handle(model::WantUp{});
    return {};
}

void Service::stop(bool force, double timeout) {
    record_.settings.timeout_stop = timeout;
    handle(model::WantDown{.force = force});
}

base::Status Service::prepare(const protocol::Caller& caller) {
    const std::string directory = around_.directory.service(name());
    const std::string scratch = os::parent_of(around_.directory.root()) + "/" + name();
    for (const std::string& needed : {directory, scratch}) {
        if (auto made = os::make_directories(needed, 0700); !made) return made;
    }
    if (::mkfifo(around_.directory.output(name()).c_str(), 0600) != 0 && errno != EEXIST) {
        return base::system_error(around_.directory.output(name()));
    }
    if (::unlink((path() + "/down").c_str()) != 0 && errno != ENOENT)
        return base::system_error(path() + "/down");
    const protocol::SpawnPlan plan = plan_spawn({.service = path(),
                                                 .scratch = scratch,
                                                 .output = around_.directory.output(name()),
                                                 .notification = around_.directory.notification(name()),
                                                 .notification_fd = record_.settings.notification_fd},
                                                caller, inherited());
    return os::replace_file(around_.directory.spawn_file(name()), protocol::layout(plan), 0600);
}

// A new FIFO for each life: what an earlier one wrote proves nothing of this one.
base::Status Service::open_notification() {
    notification_watch_.reset();
    notification_.reset();
    if (!record_.settings.notification_fd) return {};
    const std::string path = around_.directory.notification(name());
    ::unlink(path.c_str());
    if (::mkfifo(path.c_str(), 0600) != 0) return base::system_error(path);
    watch_notification();
    return notification_.valid() ? base::Status() : base::system_error(path);
}

void Service::watch_notification() {
    if (!record_.settings.notification_fd) return;
    auto fifo = os::open(around_.directory.notification(name()), O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    if (!fifo) return;
    notification_ = std::move(*fifo);
    notification_watch_ =
        std::make_unique<Readable>(around_.loop, notification_.get(), [this] { notified(); });
}

void Service::notified() {
    std::array<char, 512> buffer;
    const auto count = os::read_some(notification_.get(), buffer);
    if (!count || std::memchr(buffer.data(), '\n', *count) == nullptr) return;
    notification_watch_.reset();
    handle(model::Notified{});
}

void Service::handle(const model::Event& event) {
    const model::Actions actions = model::step(record_.service, policy(), event, os::monotonic_now());
    // What a successor reads has to be true before the first of the calls is made.
    persist();
    for (const model::Action& action : actions) act(action);
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
        void operator()(const model::EndCheck&) const { self.check_.reset(); }
        void operator()(const model::Say& say) const { self.say(say.text); }
        void operator()(const model::Drain&) const { self.drain(); }
        void operator()(const model::Release&) const { self.release(); }
        void operator()(const model::GiveUp& failed) const {
            const auto rows = self.processes().rows();
            self.notify_observers([&](Observer& observer) {
                failed.killed ? observer.unkillable(self, rows) : observer.runaway(self, rows, false);
            });
        }
    };
    std::visit(Act{*this}, action);
}

void Service::act_spawn() {
    record_.main = {};
    around_.commands.open_log(slot_, name());
    if (const auto opened = open_notification(); !opened) {
        spawn_error_ = opened.error().message();
        around_.loop.post([this] { handle(model::SpawnFailed{.set_empty = processes().pids().empty()}); });
        return;
    }
    const std::uint32_t generation = record_.service.generation;
    if (record_.keeper.pid != 0 && around_.commands.begin_life(record_.keeper, generation)) return;
    record_.keeper = {};
    keeper_commanded_ = true;
    around_.commands.fork_keeper(slot_, name(), generation);
}

ProcessSet Service::processes() const {
    return ProcessSet(around_.commands.proc(), record_.keeper.pid, path());
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
    const auto spawn_file = os::read_file(around_.directory.spawn_file(name()), size_t{64} << 20);
    const auto ended = [this](bool passed) {
        check_.reset();
        handle(model::CheckEnded{.passed = passed});
    };
    auto check = Check::begin(around_.loop,
                              {.directory = path(),
                               .environment = protocol::environment_in(spawn_file.value_or("")),
                               .output = around_.directory.output(name())},
                              ended);
    if (check) {
        check_ = std::move(*check);
        return;
    }
    say("pgctl-poll-ready: " + check.error().message());
    around_.loop.post([this, generation = record_.service.generation] {
        if (!check_ && record_.service.generation == generation) handle(model::CheckEnded{.passed = false});
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

void Service::release() {
    check_.reset();
    notification_watch_.reset();
    notification_.reset();
    around_.commands.close_log(slot_, name());
    if (record_.keeper.pid != 0) static_cast<void>(around_.commands.release(record_.keeper));
    record_.keeper = {};
    record_.main = {};
    log_error_.clear();
    remove_files();
    persist();
}

// The spawn file holds the caller's environment: nothing keeps it longer than it is needed.
void Service::remove_files() const {
    const protocol::RuntimeDirectory& directory = around_.directory;
    for (const std::string& file :
         {directory.spawn_file(name()), directory.output(name()), directory.notification(name())}) {
        ::unlink(file.c_str());
    }
    ::rmdir(directory.service(name()).c_str());
}

void Service::take(const protocol::Report& report) {
    using enum protocol::ReportKind;
    const bool stale = report.generation != record_.service.generation;
    switch (report.kind) {
        case keeper_forked:
            keeper_commanded_ = false;
            record_.keeper =
                os::identify(around_.commands.proc(), report.pid).value_or(os::ProcessId{.pid = report.pid});
            return persist();
        case fork_failed:
        case spawn_failed:
            if (!stale) failed_to_spawn(report);
            return;
        case main_started:
            if (stale) return;
            spawn_error_.clear();
            record_.main =
                os::identify(around_.commands.proc(), report.pid).value_or(os::ProcessId{.pid = report.pid});
            return handle(model::Spawned{.pid = report.pid});
        case main_ended:
            if (stale) return;
            record_.main = {};
            return handle(
                model::MainEnded{.status = exit_status(report.status), .set_empty = report.token != 0});
        case set_empty:
            return handle(model::SetEmpty{});
        case standing:
            record_.service.generation = std::max(record_.service.generation, report.generation);
            if (report.pid != 0) {
                record_.main = os::identify(around_.commands.proc(), report.pid)
                                   .value_or(os::ProcessId{.pid = report.pid});
            }
            return handle(model::Standing{
                .pid = report.pid, .status = exit_status(report.status), .set_empty = report.token != 0});
        case drained:
            if (report.token == drain_token_) handle(model::Drained{});
            return;
        case log_blocked:
            log_error_ = ::strerrordesc_np(report.status);
            return;
        case log_resumed:
            log_error_.clear();
            return;
        case child_ended:
        case synced:
            return;
    }
}

void Service::failed_to_spawn(const protocol::Report& report) {
    const bool forking = report.kind == protocol::ReportKind::fork_failed;
    if (forking) keeper_commanded_ = false;
    const auto script = os::read_file(path() + "/run");
    spawn_error_ = describe_spawn_failure(forking ? protocol::SpawnStage::fork : report.stage, report.status,
                                          script.value_or(""));
    say("pgctl: ./run: " + spawn_error_);
    handle(model::SpawnFailed{.set_empty = forking || report.token != 0});
}

void Service::child_ended(pid_t pid, int status) {
    if (pid == record_.keeper.pid) {
        record_.keeper = {};
        persist();
    }
    without_keeper(pid, status);
}

// The keeper was killed: what it kept has fallen to the playground's keeper, which tells of each end.
void Service::without_keeper(pid_t ended, int status) {
    if (record_.keeper.pid != 0 || keeper_commanded_ || down()) return;
    const bool main_ended = ended != 0 && ended == record_.main.pid;
    if (!main_ended && main_lives()) return;
    record_.main = {};
    const bool empty = processes().pids().empty();
    if (!empty) watch_rest();
    if (main_ended) return handle(model::MainEnded{.status = exit_status(status), .set_empty = empty});
    if (empty) handle(model::NothingLeft{});
}

// What is left may be nobody's child that we know: its end is seen through pidfds.
void Service::watch_rest() {
    if (watches_rest_) return;
    std::vector<os::ProcessId> rest;
    for (const pid_t pid : processes().pids()) {
        if (const auto process = os::identify(around_.commands.proc(), pid)) rest.push_back(*process);
    }
    watches_rest_ = true;
    await_end(around_.loop, around_.commands.proc(), rest, os::monotonic_now() + kLookAgain, [this] {
        watches_rest_ = false;
        without_keeper(0, 0);
    });
}

bool Service::main_lives() const {
    return record_.main.pid != 0 && os::Process::open(around_.commands.proc(), record_.main).has_value();
}

void Service::time_passed() {
    handle(model::TimePassed{});
}

void Service::restore(const Record& record) {
    record_ = record;
    if (down()) return;
    around_.commands.open_log(slot_, name());
    if (record_.keeper.pid == 0 || !around_.commands.ask_standing(record_.keeper)) record_.keeper = {};
    watch_notification();
}

void Service::settle() {
    if (record_.keeper.pid != 0 || keeper_commanded_ || down()) return;
    if (!main_lives()) return found_dead();
    // Nobody of ours may be its parent any more, so that its end is seen here or nowhere.
    auto main = os::Process::open(around_.commands.proc(), record_.main);
    if (!main) return found_dead();
    main_process_ = std::move(*main).take_fd();
    main_watch_ = std::make_unique<Readable>(around_.loop, main_process_.get(), [this] {
        main_watch_.reset();
        // A parent of ours reports how it ended, and before this; from elsewhere there is no status to be
        // had.
        if (record_.main.pid != 0) without_keeper(record_.main.pid, SIGKILL);
    });
    handle(model::Standing{.pid = record_.main.pid, .set_empty = false});
}

// Its keeper and its main process were killed together. What the rest of its set still does, nobody can know;
// a start clears it away and says so.
void Service::found_dead() {
    record_.main = {};
    if (processes().pids().empty()) return handle(model::NothingLeft{});
    record_.service = model::Service{.generation = record_.service.generation};
    persist();
    around_.stepped(*this);
}

}  // namespace supervisor
