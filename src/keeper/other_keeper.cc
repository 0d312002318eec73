#include "keeper/other_keeper.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "keeper/role.h"
#include "os/open_files.h"
#include "os/proc.h"
#include "protocol/runtime_directory.h"

namespace keeper {

namespace {

// A keeper that has its lock also has the FIFO of reports; one that only tries to become the keeper has not.
bool holds_reports(pid_t pid, const protocol::RuntimeDirectory& directory) {
    return std::ranges::any_of(os::open_files(pid), [&](const os::OpenFile& file) {
        return file.path.starts_with(directory.reports());  // followed by " (deleted)"
    });
}

bool found(const std::string& runtime, const std::string& playground, pid_t except) {
    const os::Proc proc;
    const std::vector<std::string> wanted = {"pgctl", "keeper", playground};
    const std::string variable = std::string(kRuntimeVariable) + "=" + runtime;
    return std::ranges::any_of(proc.all(), [&](pid_t pid) {
        if (pid == except || proc.command_line(pid) != wanted) return false;
        const auto environment = proc.environment(pid);  // an error for another user's process
        return environment && std::ranges::find(*environment, variable) != environment->end() &&
               holds_reports(pid, protocol::RuntimeDirectory(runtime));
    });
}

}  // namespace

bool other_keeper_lives(const std::string& runtime, const std::string& playground) {
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) ::_exit(found(runtime, playground, self) ? 1 : 0);
    if (child < 0) return found(runtime, playground, self);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

}  // namespace keeper
