#include "os/process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace os {

base::Result<Process> Process::open(const Proc& proc, const ProcessId& id) {
    const auto number = static_cast<int>(::syscall(SYS_pidfd_open, id.pid, 0));
    if (number < 0) return base::system_error("pidfd_open");
    Process process{Fd(number)};
    const auto found = proc.stat(id.pid);
    // A zombie has ended, though its number is not free yet.
    const bool ended = !found || found->state == 'Z' || found->state == 'X';
    if (ended || (id.start_time != 0 && found->start_time != id.start_time)) {
        return base::system_error("process", ESRCH);
    }
    return process;
}

base::Status Process::signal(int number) const {
    if (::syscall(SYS_pidfd_send_signal, fd_.get(), number, nullptr, 0) != 0) {
        return base::system_error("pidfd_send_signal");
    }
    return {};
}

base::Status Process::queue(int number, int value) const {
    siginfo_t info{};
    info.si_signo = number;
    info.si_code = SI_QUEUE;
    info.si_pid = ::getpid();
    info.si_uid = ::getuid();
    info.si_value.sival_int = value;
    if (::syscall(SYS_pidfd_send_signal, fd_.get(), number, &info, 0) != 0) {
        return base::system_error("pidfd_send_signal");
    }
    return {};
}

base::Result<ProcessId> identify(const Proc& proc, pid_t pid) {
    const auto found = proc.stat(pid);
    if (!found) return base::passed_on(found.error());
    return ProcessId{.pid = pid, .start_time = found->start_time};
}

}  // namespace os
