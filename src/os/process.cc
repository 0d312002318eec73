#include "os/process.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "os/shortage.h"

namespace os {

namespace {

base::Result<Fd> pidfd_of(pid_t pid) {
    const auto number = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (number < 0) return base::system_error("pidfd_open");
    return Fd(number);
}

base::Status send(int process, int number, siginfo_t* info) {
    return persistently([&]() -> base::Status {
        if (::syscall(SYS_pidfd_send_signal, process, number, info, 0) == 0) return {};
        return base::system_error("pidfd_send_signal");
    });
}

}  // namespace

base::Result<Process> Process::open(const Proc& proc, const ProcessId& id) {
    auto opened = persistently([&] { return pidfd_of(id.pid); });
    if (!opened) return base::passed_on(opened.error());
    const auto found = proc.stat(id.pid);
    if (!found && is_shortage(found.error().number)) return base::passed_on(found.error());
    // A zombie has ended, though its number is not free yet.
    const bool ended = !found || found->state == 'Z' || found->state == 'X';
    if (ended || (id.start_time != 0 && found->start_time != id.start_time)) {
        return base::system_error("process", ESRCH);
    }
    return Process(std::move(*opened));
}

base::Status Process::signal(int number) const {
    return send(fd_.get(), number, nullptr);
}

base::Status Process::queue(int number, int value) const {
    siginfo_t info{};
    info.si_signo = number;
    info.si_code = SI_QUEUE;
    info.si_pid = ::getpid();
    info.si_uid = ::getuid();
    info.si_value.sival_int = value;
    return send(fd_.get(), number, &info);
}

base::Result<ProcessId> identify(const Proc& proc, pid_t pid) {
    const auto found = proc.stat(pid);
    if (!found) return base::passed_on(found.error());
    return ProcessId{.pid = pid, .start_time = found->start_time};
}

}  // namespace os
