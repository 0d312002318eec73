#include "supervisor/supervisor.h"

#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

#include "os/clock.h"
#include "os/proc.h"
#include "os/process.h"
#include "os/stray_signals.h"
#include "protocol/handed_over.h"
#include "protocol/starter.h"
#include "protocol/trial.h"
#include "supervisor/api.h"
#include "supervisor/loop.h"
#include "supervisor/playground.h"
#include "supervisor/runtime_watch.h"
#include "supervisor/spawn_plan.h"

namespace supervisor {

namespace {

using namespace std::chrono_literals;

constexpr int kSocketFd = 3;
constexpr int kGivesUp = 3;  // keeper/role.h: do not start it again where nothing runs
constexpr int kComesAgain = 1;
// Whoever started the keeper has this long to come with a request.
constexpr std::chrono::seconds kFirstRequest{5};

// The playground's keeper was killed. This process becomes the next one: it takes the lock, which fell free,
// and starts a supervisor, which adopts what runs. Nothing is lost with us that the state file and the
// services' keepers don't know, but for the `outputs` that only we hold.
[[noreturn]] void become_keeper(const std::string& path, const std::vector<int>& outputs) {
    // What we have started are checks, whose results nobody would hear of.
    for (const pid_t child : os::Proc().children(::getpid())) {
        ::kill(-child, SIGKILL);
        ::kill(child, SIGKILL);
    }
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    // A connection that was accepted in this moment has not been marked so yet, and its client would wait for
    // the keeper.
    ::close_range(kSocketFd + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    protocol::hand_over(outputs);
    std::string name = "pgctl", role = "keeper", playground = path;
    char* arguments[] = {name.data(), role.data(), playground.data(), nullptr};
    ::execve("/proc/self/exe", arguments, environ);
    ::_exit(1);
}

base::Result<os::Process> playground_keeper() {
    const os::Proc proc;
    const auto keeper = os::identify(proc, protocol::starter());
    if (!keeper) return base::system_error("keeper", ESRCH);
    return os::Process::open(proc, *keeper);
}

bool somebody_comes(std::chrono::milliseconds within) {
    pollfd socket{.fd = kSocketFd, .events = POLLIN, .revents = 0};
    return ::poll(&socket, 1, static_cast<int>(within.count())) != 0;
}

// What the keeper had made for us was there when it started us, and is gone: it makes that anew before it
// starts the next of us. Nobody needs to hear of it.
bool was_deleted(const base::Error& error) {
    return error.number == ENOENT;
}

// Answers every request with what is wrong, for as long as whoever started us may come with one.
int give_up(Loop& loop, Api& api, const base::Error& error) {
    api.refuse(error.message(), [&loop] { loop.stop(); });
    Timer nobody_came(loop, [&loop] { loop.stop(); });
    nobody_came.set(os::monotonic_now() + kFirstRequest);
    loop.run();
    return kGivesUp;
}

}  // namespace

int run(const std::string& runtime, const std::string& path) {
    ::prctl(PR_SET_NAME, "pgctl");
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // for what checks leave behind
    os::ignore_stray_signals();
    static_cast<void>(inherited());  // as it is now: our own limits may be changed later

    const auto keeper = playground_keeper();
    if (!keeper) become_keeper(path, {});
    const protocol::RuntimeDirectory directory(runtime);
    const bool on_trial = protocol::on_trial();
    Loop loop;
    std::unique_ptr<Api> api;
    std::unique_ptr<Playground> playground;
    bool ending = false;
    const auto idle = [&] { return !ending && api && api->idle() && playground->all_down(); };
    const auto end_if_idle = [&] {
        if (!idle()) return;
        // A logger that somebody has stopped may take what it was told only much later, and something may be
        // up again by then.
        playground->when_all_is_put_away([&] {
            if (!idle()) return;
            ending = true;
            playground->finish([&loop] { loop.stop(); });
        });
    };
    const auto roused = [&api] {
        if (api) api->roused();
    };
    const auto serve = [&] { api = std::make_unique<Api>(loop, *playground, kSocketFd, end_if_idle); };
    const auto fit = [&] {
        if (!protocol::tell_fit(directory)) loop.stop();
    };
    const auto adopted = [&] {
        if (on_trial) return fit();
        serve();
        if (!somebody_comes(0ms)) end_if_idle();
    };
    // No request is answered by a program that may still be given up.
    const auto upgrade_decided = [&](bool accepted) {
        if (api) return api->upgrade_decided();
        if (!on_trial || !accepted) return;
        serve();
        if (playground->all_down() && !somebody_comes(kFirstRequest)) end_if_idle();
    };
    playground = std::make_unique<Playground>(loop, directory, path,
                                              Playground::Outlets{.at_rest = end_if_idle,
                                                                  .roused = roused,
                                                                  .adopted = adopted,
                                                                  .upgrade_decided = upgrade_decided});
    const auto opened = playground->open();
    if (!opened && !on_trial && was_deleted(opened.error())) return kComesAgain;
    // Where nothing is known of what runs, the keeper is not told that nothing does.
    ending = !opened;
    if (!opened && on_trial) return protocol::tell_unfit(directory, opened.error().message());
    if (!on_trial && (!opened || playground->adopted())) serve();
    if (!opened) return give_up(loop, *api, opened.error());
    RuntimeWatch watch(loop, [&] {
        if (!playground->files_in_place() && !playground->restore_files()) watch.again();
    });
    watch.begin(protocol::RuntimeDirectory(runtime));
    if (!playground->files_in_place()) watch.again();
    const Readable keeper_ended(loop, keeper->fd(), [&] { become_keeper(path, playground->held_outputs()); });
    if (on_trial && playground->adopted()) fit();
    // A timer that is cancelled would wake us all the same.
    if (api && playground->all_down() && !somebody_comes(kFirstRequest)) end_if_idle();
    loop.run();
    return 0;
}

}  // namespace supervisor
