#include "supervisor/supervisor.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "os/clock.h"
#include "os/process.h"
#include "supervisor/api.h"
#include "supervisor/loop.h"
#include "supervisor/playground.h"
#include "supervisor/spawn_plan.h"

namespace supervisor {

namespace {

constexpr int kSocketFd = 3;
constexpr int kGivesUp = 3;  // keeper/role.h: do not start it again where nothing runs
// Whoever started the keeper has this long to come with a request.
constexpr std::chrono::seconds kFirstRequest{5};

// As many descriptors as we may have; what services inherit was noted before.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

// The playground's keeper was killed. This process becomes the next one: it takes the lock, which fell free,
// and starts a supervisor, which adopts what runs. Nothing is lost with us that the state file and the
// services' keepers don't know.
[[noreturn]] void become_keeper(const std::string& path) {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    std::string name = "pgctl", role = "keeper", playground = path;
    char* arguments[] = {name.data(), role.data(), playground.data(), nullptr};
    ::execve("/proc/self/exe", arguments, environ);
    ::_exit(1);
}

// Our parent, unless it has ended already and somebody else's process has taken us over.
base::Result<os::Process> playground_keeper() {
    const os::Proc proc;
    const auto parent = proc.stat(::getppid());
    if (!parent || parent->command != "pgctl") return base::system_error("keeper", ESRCH);
    return os::Process::open(proc, {.pid = parent->pid, .start_time = parent->start_time});
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
    for (const int number : {SIGPIPE, SIGHUP, SIGINT, SIGTERM}) ::signal(number, SIG_IGN);
    static_cast<void>(inherited());
    raise_descriptor_limit();

    Loop loop;
    std::unique_ptr<Api> api;
    std::unique_ptr<Playground> playground;
    bool ending = false;
    const auto end_if_idle = [&] {
        if (ending || !api || !api->idle() || !playground->all_down()) return;
        ending = true;
        playground->finish([&loop] { loop.stop(); });
    };
    playground = std::make_unique<Playground>(loop, protocol::RuntimeDirectory(runtime), path, end_if_idle);
    const auto opened = playground->open();
    api = std::make_unique<Api>(loop, *playground, kSocketFd, end_if_idle);
    if (!opened) return give_up(loop, *api, opened.error());
    const auto keeper = playground_keeper();
    if (!keeper) become_keeper(path);
    const Readable keeper_ended(loop, keeper->fd(), [&path] { become_keeper(path); });
    Timer first_request(loop, end_if_idle);
    first_request.set(os::monotonic_now() + kFirstRequest);
    loop.run();
    return 0;
}

}  // namespace supervisor
