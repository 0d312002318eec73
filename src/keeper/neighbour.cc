#include "keeper/neighbour.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper/role.h"
#include "os/fd.h"
#include "os/file.h"
#include "protocol/bytes.h"
#include "protocol/messages.h"

namespace keeper {

namespace {

constexpr size_t kLargestRequest = 1 << 20;  // bytes

// In the new process: whatever it does to memory, the keeper and those it forks do not share.
[[noreturn]] void become_neighbour(const std::string& path) {
    const auto text = os::read_file(path, kLargestRequest);
    ::unlink(path.c_str());
    const auto neighbour = protocol::from_text<protocol::Neighbour>(text.value_or(""));
    if (!neighbour) ::_exit(1);
    Role role{.name = "keeper",
              .playground = protocol::bytes_of_text(neighbour->playground).value_or(""),
              .environment = {}};
    for (const std::string& variable : neighbour->environment)
        role.environment.push_back(protocol::bytes_of_text(variable).value_or(""));
    const auto answer = os::open(neighbour->answer, O_WRONLY);
    // A byte says that it is open here, so that whoever asked may close it.
    if (!answer || !os::write_all(answer->get(), "\n")) ::_exit(1);
    role.passed_fd = answer->get();
    ::setsid();
    become_role(role);
}

}  // namespace

void start_neighbour(const std::string& path) {
    // The bare call, as for a service's keeper.
    const auto pid = ::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0) become_neighbour(path);
}

}  // namespace keeper
