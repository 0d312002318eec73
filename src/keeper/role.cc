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

namespace keeper {

namespace {

// A service's keeper shows its own longer name in the room of the command line and the environment
// (keeper/title.h). Every role has it, since a supervisor may become a keeper.
constexpr size_t kTitleRoom = 320;

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (std::string& string : strings) list.push_back(string.data());
    list.push_back(nullptr);
    return list;
}

void default_signals() {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
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

// In the child: only async-signal-safe calls, everything was laid out before.
[[noreturn]] void become(int passed_fd, bool detached, char** arguments, char** environment) {
    if (detached) {
        ::setsid();
        if (::fork() != 0) ::_exit(0);
    }
    raise_descriptor_limit();
    // Above what it is put in the place of, even where the caller had closed his own 0, 1 or 2.
    const int null = ::fcntl(::open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, kPassedFd + 1);
    const int kept = passed_fd < 0 ? null : ::fcntl(passed_fd, F_DUPFD, kPassedFd + 1);
    if (null < 0 || kept < 0) ::_exit(127);  // out of descriptors; a role without them does only harm
    for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
    ::dup2(kept, kPassedFd);
    ::close_range(passed_fd < 0 ? kPassedFd : kPassedFd + 1, ~0U, 0);
    static_cast<void>(::chdir("/"));
    ::umask(022);
    default_signals();
    ::execve("/proc/self/exe", arguments, environment);
    ::_exit(127);
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
    std::vector<std::string> arguments = {"pgctl", role.name, role.playground};
    std::vector<std::string> environment = role_environment(role.runtime);
    environment.push_back("PGCTL_ROOM=" + std::string(kTitleRoom, '-'));
    const std::vector<char*> argv = pointers(arguments), envp = pointers(environment);
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0) {
        become(role.passed_fd, role.detached, const_cast<char**>(argv.data()),
               const_cast<char**>(envp.data()));
    }
    const int error = errno;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return base::system_error("fork", error);
    if (!role.detached) return pid;
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return 0;
}

}  // namespace keeper
