// The system calls that the valgrind of Debian 12 does not know or does in its own way, made of others.
// Linked into the program that runs under valgrind, in the place of the C library's; no part of the product.
// What it cannot do: a signal through such a descriptor goes to the number, whoever has it by then.

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>

namespace {

// A zombie has ended, too. Nothing is allocated: the thread that looks may be ended at any time, and what it
// had would be taken for a leak.
bool ended(pid_t pid) {
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/stat", pid);
    const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return true;
    std::array<char, 512> text{};
    const ssize_t size = ::read(file, text.data(), text.size() - 1);
    ::close(file);
    const char* name_end = size > 0 ? std::strrchr(text.data(), ')') : nullptr;
    return name_end == nullptr || name_end[2] == 'Z' || name_end[2] == 'X';
}

// Descriptors that become readable when a process ends: events, which a thread sets.
class Pidfds {
  public:
    int open(pid_t pid) {
        if (::kill(pid, 0) != 0 && errno == ESRCH) return -1;
        const int fd = ::eventfd(0, EFD_CLOEXEC);
        if (fd < 0) return fd;
        const std::lock_guard lock(mutex_);
        pids_[fd] = pid;
        watched_[::dup(fd)] = pid;
        if (owner_ != ::getpid()) watch();
        return fd;
    }
    pid_t pid(int fd) {
        const std::lock_guard lock(mutex_);
        return pids_[fd];
    }

  private:
    // One for each process, since a thread does not survive a fork. It has nothing of its own that could be
    // lost.
    void watch() {
        owner_ = ::getpid();
        sigset_t all, before;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        pthread_t thread;
        if (::pthread_create(
                &thread, nullptr, [](void* self) { return static_cast<Pidfds*>(self)->look(); }, this) == 0)
            ::pthread_detach(thread);
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    void* look() {
        while (true) {
            ::usleep(10'000);
            const std::lock_guard lock(mutex_);
            std::erase_if(watched_, [](const auto& one) {
                if (!ended(one.second)) return false;
                ::eventfd_write(one.first, 1);
                return ::close(one.first) == 0;
            });
        }
    }

    std::mutex mutex_;
    std::map<int, pid_t> pids_, watched_;
    pid_t owner_ = 0;
};

// Never destroyed: the thread may run until the process ends.
Pidfds& pidfds() {
    static auto& pidfds = *new Pidfds;
    return pidfds;
}

long raw(long number, const std::array<long, 6>& a) {
    long result;
    register long r10 asm("r10") = a[3];
    register long r8 asm("r8") = a[4];
    register long r9 asm("r9") = a[5];
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    if (result >= 0 || result < -4095) return result;
    errno = static_cast<int>(-result);
    return -1;
}

}  // namespace

extern "C" long syscall(long number, ...) noexcept {
    std::va_list list;
    va_start(list, number);
    std::array<long, 6> a;
    for (long& argument : a) argument = va_arg(list, long);
    va_end(list);
    if (number == SYS_pidfd_open) return pidfds().open(static_cast<pid_t>(a[0]));
    if (number == SYS_pidfd_send_signal) {
        const pid_t pid = pidfds().pid(static_cast<int>(a[0]));
        if (a[2] != 0) return raw(SYS_rt_sigqueueinfo, {pid, a[1], a[2]});
        return raw(SYS_kill, {pid, a[1]});
    }
    return raw(number, a);
}

// /proc/self/exe, by which our roles execute their own program, is valgrind itself; its readlink alone tells
// the program.
extern "C" int execve(const char* path, char* const* arguments, char* const* environment) noexcept {
    std::array<char, 4096> program{};
    if (std::strcmp(path, "/proc/self/exe") == 0 &&
        ::readlink(path, program.data(), program.size() - 1) > 0) {
        path = program.data();
    }
    return static_cast<int>(raw(SYS_execve, {reinterpret_cast<long>(path), reinterpret_cast<long>(arguments),
                                             reinterpret_cast<long>(environment)}));
}
