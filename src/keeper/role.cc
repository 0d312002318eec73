#include "keeper/role.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "protocol/starter.h"
#include "protocol/trial.h"

namespace keeper {

namespace {

// A service's keeper shows its own longer name in the room of the command line and the environment
// (keeper/title.h). Every role has it, since a supervisor may become a keeper.
constexpr size_t kTitleRoom = 320;

// What execve needs, laid out before the fork.
class Execution {
  public:
    explicit Execution(const Role& role)
        : program_(role.program),
          arguments_({"pgctl", role.name, role.playground}),
          environment_(role.environment) {
        if (role.on_trial) environment_.push_back(std::string(protocol::kTrialVariable) + "=1");
        environment_.push_back(std::string(protocol::kStarterVariable) + "=" + std::to_string(::getpid()));
        environment_.push_back("PGCTL_ROOM=" + std::string(kTitleRoom, '-'));
        argv_ = pointers(arguments_);
        envp_ = pointers(environment_);
    }
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;
    ~Execution() = default;

    void execute() const { ::execve(program_.c_str(), argv_.data(), envp_.data()); }

  private:
    static std::vector<char*> pointers(std::vector<std::string>& strings) {
        std::vector<char*> list;
        for (std::string& string : strings) list.push_back(string.data());
        list.push_back(nullptr);
        return list;
    }

    std::string program_;
    std::vector<std::string> arguments_, environment_;
    std::vector<char*> argv_, envp_;
};

void default_signals() {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// A log may become larger than the files of whoever was the first to start something.
void raise_file_size_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

// A role may need a descriptor for each service, whatever its caller can do with. A service gets its own
// caller's limit.
void raise_descriptor_limit() {
    constexpr rlim_t kPlenty = 1 << 19;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlimit plenty{.rlim_cur = kPlenty, .rlim_max = std::max(kPlenty, limit.rlim_max)};
    if (limit.rlim_max < kPlenty && ::setrlimit(RLIMIT_NOFILE, &plenty) == 0) return;  // needs a privilege
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// A client reads the words from its pipe.
[[noreturn]] void give_up(int passed_fd, std::string_view words) {
    // Where there is no descriptor, nobody is told.
    [[maybe_unused]] const auto told = ::write(passed_fd, words.data(), words.size());
    ::_exit(127);
}

// In the child: only async-signal-safe calls, everything was laid out before.
[[noreturn]] void become(const Role& role, const Execution& execution) {
    const int passed_fd = role.passed_fd;
    if (role.detached) {
        ::setsid();
        const pid_t detached = ::fork();
        if (detached < 0) give_up(passed_fd, "fork: too many processes, or too little memory");
        if (detached != 0) ::_exit(0);
    }
    raise_descriptor_limit();
    raise_file_size_limit();
    // Above what it is put in the place of, even where the caller had closed his own 0, 1 or 2.
    const int null = ::fcntl(::open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, kPassedFd + 1);
    const int kept = passed_fd < 0 ? null : ::fcntl(passed_fd, F_DUPFD, kPassedFd + 1);
    if (null < 0 || kept < 0) {
        // A role without its descriptors does only harm.
        give_up(passed_fd, "too few open files are allowed here (ulimit -n)");
    }
    for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
    ::dup2(kept, kPassedFd);
    // Not before it executes: the program may be one of them.
    ::close_range(passed_fd < 0 ? kPassedFd : kPassedFd + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    [[maybe_unused]] const int moved = ::chdir("/");
    ::umask(022);
    default_signals();
    execution.execute();
    give_up(kPassedFd, "exec: the keeper can't be started");
}

}  // namespace

std::vector<std::string> role_environment(const std::string& runtime) {
    std::vector<std::string> environment = {std::string(kRuntimeVariable) + "=" + runtime};
    for (const char* name : {"PATH", "TZ", "LANG", "LC_ALL", "HOME", "USER", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                             "LLVM_PROFILE_FILE"}) {
        if (const char* value = ::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    }
    return environment;
}

base::Result<pid_t> start_role(const Role& role) {
    const Execution execution(role);
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) become(role, execution);
    const int error = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return base::system_error("fork", error);
    if (!role.detached) return pid;
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return 0;
}

void become_role(const Role& role) {
    become(role, Execution(role));
}

}  // namespace keeper
