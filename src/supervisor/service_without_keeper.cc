// The part of a service's shell that goes on where a keeper was killed: what is left of the service is known
// by its mark and by where it fell to, and its ends are seen through pidfds.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "os/clock.h"
#include "os/shortage.h"
#include "protocol/starter.h"
#include "supervisor/await_end.h"
#include "supervisor/process_set.h"
#include "supervisor/service.h"

namespace supervisor {

namespace {

// How long what a killed keeper has left is watched before it is looked for anew: it may have forked.
constexpr std::chrono::seconds kLookAgain{1};
// Where nothing of it can be watched: it is about to end, or to show itself.
constexpr std::chrono::milliseconds kLookAgainSoon{50};
constexpr std::chrono::milliseconds kShortagePause{50};

// Where nobody can tell, it counts as living.
bool may_live(const base::Result<os::Process>& process) {
    return process || os::is_shortage(process.error().number);
}

}  // namespace

// A keeper knows what lives below it, and nothing of what an earlier one has left.
bool Service::nothing_left(const protocol::Report& report) {
    if (report.token == 0) return false;
    if (!record_.strays) return true;
    return !has_rest();
}

// What it may not be recognized by now may still show somebody who may: it is not given up.
bool Service::has_rest() {
    const bool found = !processes().empty();
    record_.strays = found || !record_.settings.tracing;
    if (found) watch_rest();
    return found;
}

void Service::child_ended(pid_t pid, int status) {
    if (pid == record_.keeper.pid) lose_keeper();
    without_keeper(pid, status);
}

void Service::lose_keeper() {
    const pid_t lost = std::exchange(record_.keeper, {}).pid;
    keeper_watch_.reset();
    keeper_process_.reset();
    record_.strays = true;
    persist();
    hold_output();
    around_.keeper_lost(lost);
}

// As its keeper would: what the service writes last is to outlive both it and a logger.
void Service::hold_output() {
    if (held_output_.valid()) return;
    auto output = os::open(around_.directory.output(name()), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (output) held_output_ = std::move(*output);
}

// The keeper was killed: what it kept has fallen to the playground's keeper, which tells of each end, in any
// order. `ended` may be anything.
void Service::without_keeper(pid_t ended, int status) {
    if (record_.keeper.pid != 0 || keeper_commanded_ || down()) return;
    const bool had_main = record_.main.pid != 0;
    const bool reported = had_main && ended == record_.main.pid;
    if (had_main && !reported && main_lives()) return;
    record_.main = {};
    const bool empty = processes().empty();
    if (!empty) {
        if (model::is_spawning(record_.service) || kills_rest_) kill_unknown_life();
        watch_rest();
    }
    const auto how = reported ? base::ExitStatus::from_record(status) : base::ExitStatus::signalled(SIGKILL);
    if (had_main) return handle(model::MainEnded{.status = how, .set_empty = empty});
    if (empty) handle(model::NothingLeft{});
}

// Nobody can vouch for it. A stop that waits for its beginning has its deadline all the same.
void Service::kill_unknown_life() {
    kills_rest_ = true;
    processes().kill();
    if (std::holds_alternative<model::Stopping>(record_.service.state) && model::is_spawning(record_.service))
        handle(model::SpawnFailed{.set_empty = false});
}

void Service::note_strays() {
    record_.strays = true;
    persist();
    watch_rest();
}

std::vector<os::ProcessId> Service::identified(const std::vector<pid_t>& pids) const {
    std::vector<os::ProcessId> processes;
    for (const pid_t pid : pids) {
        if (const auto process = os::identify(around_.commands.proc(), pid)) processes.push_back(*process);
    }
    return processes;
}

// What is left may be nobody's child that we know: its end is seen through pidfds.
void Service::watch_rest() {
    if (watches_rest_) return;
    watches_rest_ = true;
    const auto look_again = [this] {
        watches_rest_ = false;
        look_for_rest();
    };
    const os::Proc& proc = around_.commands.proc();
    auto rest = identified(processes().pids());
    const auto has_ended = [&](const os::ProcessId& id) { return !may_live(os::Process::open(proc, id)); };
    std::erase_if(rest, has_ended);
    const auto now = os::monotonic_now();
    if (!rest.empty()) return await_end(around_.loop, proc, rest, now + kLookAgain, look_again);
    rest_timer_ = std::make_unique<Timer>(around_.loop, look_again);
    rest_timer_->set(now + kLookAgainSoon);
}

void Service::look_for_rest() {
    if (record_.keeper.pid == 0) return without_keeper(0, 0);
    if (!record_.strays || record_.main.pid != 0 || down()) return;
    if (!has_rest()) handle(model::SetEmpty{});
}

// Where nobody can tell: at the worst it is looked for once more.
bool Service::main_lives() const {
    if (record_.main.pid == 0) return false;
    return may_live(os::Process::open(around_.commands.proc(), record_.main));
}

void Service::take_keeper(pid_t pid, pid_t parent) {
    if (record_.keeper.pid == pid) return;
    keeper_commanded_ = false;
    held_output_.reset();
    record_.keeper = os::identify(around_.commands.proc(), pid).value_or(os::ProcessId{.pid = pid});
    persist();
    if (parent == protocol::starter()) return;
    watch_keeper();
    // What it still has told waits behind.
    if (record_.keeper.pid == 0) around_.loop.post([this] { watch_main(); });
}

// One that an earlier keeper of the playground has forked is nobody's child that we know: its end is seen
// here or nowhere.
void Service::watch_keeper() {
    const os::ProcessId watched = record_.keeper;
    const auto stat = around_.commands.proc().stat(watched.pid);
    if (watched.pid == 0 || (stat && stat->parent == protocol::starter())) return;
    auto keeper = os::Process::open(around_.commands.proc(), watched);
    if (!keeper && os::is_shortage(keeper.error().number)) {
        return watch_later([this] {
            watch_keeper();
            watch_main();  // it may have been lost meanwhile
        });
    }
    if (!keeper) return lose_keeper();
    keeper_watch_.reset();
    keeper_process_ = std::move(*keeper).take_fd();
    keeper_watch_ = std::make_unique<Readable>(around_.loop, keeper_process_.get(), [this, watched] {
        if (record_.keeper != watched) return keeper_watch_.reset();
        lose_keeper();
        watch_main();
    });
}

void Service::watch_later(std::function<void()> watch) {
    watch_again_ = std::make_unique<Timer>(around_.loop, std::move(watch));
    watch_again_->set(os::monotonic_now() + kShortagePause);
}

void Service::settle() {
    if (unkept() && !main_lives() && !processes().empty()) handle(model::LeftOver{});
    // Its end is told by that. From now on what counts is the end of the rest.
    if (model::is_held(record_.service)) record_.main = {};
    watch_main();
}

std::vector<os::ProcessId> Service::leftovers() const {
    if (!model::is_held(record_.service)) return {};
    return identified(processes().pids());
}

std::string Service::held_remark() const {
    if (!model::is_held(record_.service)) return {};
    const auto left = leftovers();
    if (left.empty()) return "not started again before it is known what an earlier life has left";
    std::vector<std::string> pids;
    for (const os::ProcessId& process : left) pids.push_back(std::to_string(process.pid));
    return "not started again beside what an earlier life has left (pid " + base::join(pids, ", ") +
           "): a start clears that";
}

void Service::watch_main() {
    if (record_.keeper.pid != 0 || keeper_commanded_ || down()) return;
    hold_output();
    // Nobody of ours may be its parent any more, so that its end is seen here or nowhere.
    if (record_.main.pid == 0) return without_keeper(0, 0);
    auto main = os::Process::open(around_.commands.proc(), record_.main);
    if (!main && os::is_shortage(main.error().number)) return watch_later([this] { watch_main(); });
    if (!main) return without_keeper(0, 0);
    main_watch_.reset();
    main_process_ = std::move(*main).take_fd();
    main_watch_ = std::make_unique<Readable>(around_.loop, main_process_.get(), [this] {
        main_watch_.reset();
        main_process_.reset();
        // A parent of ours reports how it ended, and before this; from elsewhere there is no status to be
        // had.
        if (record_.main.pid != 0) without_keeper(record_.main.pid, SIGKILL);
    });
    handle(model::Standing{.pid = record_.main.pid, .set_empty = false});
}

}  // namespace supervisor
