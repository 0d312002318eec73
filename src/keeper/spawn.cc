#include "keeper/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "protocol/spawn_file.h"

namespace keeper {

namespace {

using protocol::SpawnHeader;
using protocol::SpawnLimit;
using protocol::SpawnStage;

// The spawn file in memory, with its offsets turned into addresses.
class MappedPlan {
  public:
    explicit MappedPlan(const char* path) {
        const int fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0) return;
        struct stat file {};
        if (::fstat(fd, &file) == 0 && static_cast<size_t>(file.st_size) >= sizeof(SpawnHeader)) {
            size_ = static_cast<size_t>(file.st_size);
            void* address = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
            if (address != MAP_FAILED) base_ = static_cast<char*>(address);
        }
        ::close(fd);
        if (base_ != nullptr && (header().magic != protocol::kSpawnMagic || header().size != size_)) {
            errno = EBADMSG;
            unmap();
        }
    }
    MappedPlan(const MappedPlan&) = delete;
    MappedPlan& operator=(const MappedPlan&) = delete;
    ~MappedPlan() { unmap(); }

    [[nodiscard]] bool valid() const { return base_ != nullptr; }
    [[nodiscard]] const SpawnHeader& header() const { return *reinterpret_cast<const SpawnHeader*>(base_); }
    [[nodiscard]] const char* string(std::uint64_t offset) const { return base_ + offset; }
    [[nodiscard]] const SpawnLimit* limits() const {
        return reinterpret_cast<const SpawnLimit*>(base_ + header().limits);
    }

    [[nodiscard]] char** pointers(std::uint64_t table) const {
        auto* entries = reinterpret_cast<std::uint64_t*>(base_ + table);
        for (std::uint64_t* entry = entries; *entry != 0; ++entry)
            *entry += reinterpret_cast<std::uint64_t>(base_);
        return reinterpret_cast<char**>(entries);
    }

  private:
    void unmap() {
        if (base_ != nullptr) ::munmap(base_, size_);
        base_ = nullptr;
    }

    char* base_ = nullptr;
    size_t size_ = 0;
};

bool connect_output(const char* fifo) {
    // Read and write: the FIFO then never breaks, whatever becomes of the logger (man 7 fifo).
    const int fd = ::open(fifo, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && ::dup2(fd, 1) == 1 && ::dup2(fd, 2) == 2;
}

bool connect_notification(const char* fifo, int number) {
    const int fd = ::open(fifo, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    return fd == number ? ::fcntl(fd, F_SETFD, 0) == 0 : ::dup2(fd, number) == number;
}

bool apply_limits(const MappedPlan& plan) {
    const SpawnHeader& header = plan.header();
    ::umask(header.umask);
    for (std::uint32_t i = 0; i < header.limit_count; ++i) {
        const SpawnLimit& wanted = plan.limits()[i];
        const rlimit limit{.rlim_cur = wanted.soft, .rlim_max = wanted.hard};
        const auto resource = static_cast<__rlimit_resource_t>(wanted.resource);
        if (::setrlimit(resource, &limit) == 0) continue;
        // Without privilege a hard limit can only be lowered; the soft one up to it is what counts.
        rlimit ours{};
        if (::getrlimit(resource, &ours) != 0) return false;
        const rlimit nearest{.rlim_cur = wanted.soft < ours.rlim_max ? wanted.soft : ours.rlim_max,
                             .rlim_max = wanted.hard < ours.rlim_max ? wanted.hard : ours.rlim_max};
        if (::setrlimit(resource, &nearest) != 0) return false;
    }
    // Raising the priority needs a privilege; the caller's may have been lost on the way, which is no reason
    // to fail.
    if (header.set_niceness != 0) static_cast<void>(::setpriority(PRIO_PROCESS, 0, header.niceness));
    return true;
}

// In the child; returns the stage that failed, with errno, or does not return.
SpawnStage execute(const MappedPlan& plan) {
    const SpawnHeader& header = plan.header();
    if (::setsid() < 0) return SpawnStage::session;
    // Whatever we were given by mistake goes no further.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (!connect_output(plan.string(header.output))) return SpawnStage::output;
    if (header.notification != 0 &&
        !connect_notification(plan.string(header.notification), header.notification_fd)) {
        return SpawnStage::notification;
    }
    if (::chdir(plan.string(header.directory)) != 0) return SpawnStage::working_directory;
    if (!apply_limits(plan)) return SpawnStage::limits;
    char** arguments = plan.pointers(header.arguments);
    char** environment = plan.pointers(header.environment);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(arguments[0], arguments, environment);
    return SpawnStage::exec;
}

}  // namespace

SpawnOutcome spawn(const char* spawn_file) {
    const MappedPlan plan(spawn_file);
    if (!plan.valid()) return {.stage = SpawnStage::spawn_file, .error = errno};
    // The child borrows our memory until it executes (man 2 vfork), so it tells its failure by writing here.
    volatile SpawnStage failed = SpawnStage::none;
    volatile int error = 0;
    const pid_t pid = ::vfork();
    if (pid < 0) return {.stage = SpawnStage::fork, .error = errno};
    if (pid == 0) {
        failed = execute(plan);
        error = errno;
        ::_exit(127);
    }
    if (failed == SpawnStage::none) return {.pid = pid};
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return {.stage = failed, .error = error};
}

}  // namespace keeper
