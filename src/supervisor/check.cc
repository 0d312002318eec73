#include "supervisor/check.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "protocol/spawn_execution.h"

namespace supervisor {

namespace {

// The child borrows our memory until it executes (man 2 vfork), so it tells its failure by writing here.
base::Result<pid_t> spawn(char* plan) {
    volatile int error = 0;
    volatile protocol::SpawnStage stage = protocol::SpawnStage::none;
    const pid_t self = ::getpid();
    const pid_t pid = ::vfork();
    if (pid < 0) return base::system_error("./ready");
    if (pid == 0) {
        // With nobody to hear of it, it would stay, and pass for what the service has left.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
        protocol::execute(plan, self, stage);
        error = errno;
        ::_exit(127);
    }
    if (protocol::was_executed(stage, error)) return pid;
    ::waitpid(pid, nullptr, 0);
    // Who was killed on its way to ./ready says nothing of that.
    return base::system_error("./ready", error != 0 ? error : EINTR);
}

}  // namespace

base::Result<std::unique_ptr<Check>> Check::begin(Loop& loop, std::string plan,
                                                  std::function<void(bool)> ended) {
    const auto spawned = spawn(plan.data());
    if (!spawned) return base::passed_on(spawned.error());
    const pid_t pid = *spawned;
    // Our own child that was not waited for: the number is still its own.
    os::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process.valid()) {
        const int cause = errno;
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return base::system_error("./ready: pidfd_open", cause);
    }
    std::unique_ptr<Check> check(new Check(pid, std::move(process), std::move(ended)));
    check->watch_ =
        std::make_unique<Readable>(loop, check->process_.get(), [raw = check.get()] { raw->end(); });
    return check;
}

void Check::look() {
    pollfd process{.fd = process_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&process, 1, 0) > 0) end();
}

// Whoever is called destroys us.
void Check::end() {
    const auto ended = std::move(ended_);
    const bool passed = reap();
    ended(passed);
}

bool Check::reap() {
    int status = 0;
    ::kill(-pid_, SIGKILL);  // what it left behind in its session; its number is its own until the next line
    const pid_t reaped = ::waitpid(pid_, &status, 0);
    reaped_ = true;
    return reaped > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Check::~Check() {
    watch_.reset();
    if (reaped_) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

}  // namespace supervisor
