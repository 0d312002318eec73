#include "supervisor/check.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace supervisor {

namespace {

class SpawnAttributes {
  public:
    explicit SpawnAttributes(const Check::Plan& plan) {
        ::posix_spawnattr_init(&attributes);
        sigset_t all, none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setflags(&attributes,
                                   POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions, 1, plan.output.c_str(), O_RDWR | O_NOFOLLOW, 0);
        ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
        ::posix_spawn_file_actions_addchdir_np(&actions, plan.directory.c_str());
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
    }

    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_t actions{};
};

}  // namespace

base::Result<std::unique_ptr<Check>> Check::begin(Loop& loop, const Plan& plan,
                                                  std::function<void(bool)> ended) {
    const SpawnAttributes attributes(plan);
    std::vector<char*> environment;
    for (const std::string& variable : plan.environment)
        environment.push_back(const_cast<char*>(variable.c_str()));
    environment.push_back(nullptr);
    char name[] = "./ready";
    char* arguments[] = {name, nullptr};
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, name, &attributes.actions, &attributes.attributes, arguments, environment.data());
    if (error != 0) return base::system_error("./ready", error);
    // Our own child that was not waited for: the number is still its own.
    os::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process.valid()) {
        const int cause = errno;
        ::kill(-pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return base::system_error("./ready: pidfd_open", cause);
    }
    std::unique_ptr<Check> check(new Check(pid, std::move(process)));
    check->watch_ = std::make_unique<Readable>(loop, check->process_.get(),
                                               [raw = check.get(), ended = std::move(ended)] {
                                                   const bool passed = raw->reap();
                                                   ended(passed);
                                               });
    return check;
}

bool Check::reap() {
    int status = 0;
    ::kill(-pid_, SIGKILL);  // what it left behind in its session; its number is its own until the next line
    const pid_t reaped = ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return reaped > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Check::~Check() {
    watch_.reset();
    if (pid_ == 0) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

}  // namespace supervisor
