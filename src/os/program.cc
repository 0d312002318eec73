#include "os/program.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace os {

namespace {

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> list;
    // execve and posix_spawn take them as char* and never write to them.
    for (const std::string& string : strings) list.push_back(const_cast<char*>(string.c_str()));
    list.push_back(nullptr);
    return list;
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// posix_spawn's two lists of wishes, destroyed with it.
class SpawnWishes {
  public:
    SpawnWishes() {
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawn_file_actions_init(&actions_);
        sigset_t all, none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    SpawnWishes(const SpawnWishes&) = delete;
    SpawnWishes& operator=(const SpawnWishes&) = delete;
    ~SpawnWishes() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }

    void directory(const std::string& path) {
        ::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str());
    }
    void output_to_stderr() { ::posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO); }
    [[nodiscard]] base::Result<pid_t> spawn(const std::string& path) {
        const std::array<char*, 2> arguments = {const_cast<char*>(path.c_str()), nullptr};
        pid_t pid = 0;
        const int error =
            ::posix_spawn(&pid, path.c_str(), &actions_, &attributes_, arguments.data(), ::environ);
        if (error != 0) return base::system_error("exec", error);
        return pid;
    }

  private:
    posix_spawnattr_t attributes_;
    posix_spawn_file_actions_t actions_;
};

base::Result<base::ExitStatus> await_end(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) return base::system_error("waitpid");
    }
    return base::ExitStatus::from_wait(status);
}

}  // namespace

base::Result<base::ExitStatus> run_program(const std::string& path, const std::string& directory) {
    SpawnWishes wishes;
    if (!directory.empty()) wishes.directory(directory);
    const auto pid = wishes.spawn(path);
    if (!pid) return base::passed_on(pid.error());
    return await_end(*pid);
}

base::Result<base::ExitStatus> run_program_on_stderr(const std::string& path) {
    SpawnWishes wishes;
    wishes.output_to_stderr();
    const auto pid = wishes.spawn(path);
    if (!pid) return base::passed_on(pid.error());
    return await_end(*pid);
}

base::Error become_program(const std::string& path, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment) {
    const auto argument_list = pointers(arguments);
    const auto environment_list = pointers(environment);
    reset_signals();
    ::execve(path.c_str(), argument_list.data(), environment_list.data());
    return {.what = "exec", .number = errno};
}

base::Error become_command(const std::vector<std::string>& arguments) {
    const auto list = pointers(arguments);
    ::execvp(list.front(), list.data());
    return {.what = arguments.front(), .number = errno};
}

base::Status change_directory(const std::string& path) {
    if (::chdir(path.c_str()) != 0) return base::system_error(path);
    return {};
}

}  // namespace os
