#include "protocol/spawn_execution.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/titles.h"

namespace protocol {

namespace {

// The plan in memory, with its offsets turned into addresses.
class Plan {
  public:
    explicit Plan(char* base) : base_(base) {}

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
    char* base_;
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

bool apply_limits(const Plan& plan) {
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

}  // namespace

void execute(char* laid_out, pid_t parent, volatile SpawnStage& stage) {
    const Plan plan(laid_out);
    const SpawnHeader& header = plan.header();
    ::prctl(PR_SET_NAME, kBeforeExecution);
    stage = SpawnStage::session;
    if (::setsid() < 0) return;
    // Whatever we were given by mistake goes no further.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    stage = SpawnStage::output;
    if (!connect_output(plan.string(header.output))) return;
    stage = SpawnStage::notification;
    if (header.notification != 0 &&
        !connect_notification(plan.string(header.notification), header.notification_fd))
        return;
    stage = SpawnStage::working_directory;
    if (::chdir(plan.string(header.directory)) != 0) return;
    stage = SpawnStage::limits;
    if (!apply_limits(plan)) return;
    char** arguments = plan.pointers(header.arguments);
    char** environment = plan.pointers(header.environment);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::getppid() != parent) return;
    stage = SpawnStage::exec;
    ::execve(arguments[0], arguments, environment);
}

}  // namespace protocol
