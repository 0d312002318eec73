#include "keeper/playground_keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "keeper/neighbour.h"
#include "keeper/other_keeper.h"
#include "keeper/programs.h"
#include "keeper/report.h"
#include "keeper/role.h"
#include "keeper/runtime_files.h"
#include "keeper/service_keeper.h"
#include "model/upgrade.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/proc.h"
#include "protocol/handed_over.h"
#include "protocol/runtime_directory.h"

namespace keeper {

namespace {

using protocol::Command;
using protocol::CommandKind;
using protocol::Report;
using protocol::ReportKind;
using namespace std::chrono_literals;

// A role that dies right after its start is not started more often than this.
constexpr std::chrono::nanoseconds kRoleSpacing = 1s;
// What a role has open before the first service.
constexpr rlim_t kFewestDescriptors = 20;
// Another keeper that was started meanwhile finds out within this time that there is one.
constexpr std::chrono::nanoseconds kRestoreAgain = 50ms;
constexpr int kFullFifoPause = 5;  // milliseconds
// How long the keepers of services, which were told to end, may take for it.
constexpr std::chrono::nanoseconds kLastWords = 1s;
constexpr std::chrono::nanoseconds kKillAgain = 250ms;
// A logger that was told to leave has only a batch to finish.
constexpr std::chrono::nanoseconds kLeave = 2s;

// A child that is started again when it ends.
struct KeptRole {
    model::OurRole role;
    const char* name;
    bool gets_socket;
    pid_t pid = 0;
    std::chrono::nanoseconds started{};
    std::chrono::nanoseconds due{};                   // valid while pid is 0
    std::optional<std::chrono::nanoseconds> kill_at;  // it was asked to make room for the next one
};

class PlaygroundKeeper {
  public:
    PlaygroundKeeper(const std::string& runtime, const std::string& playground)
        : directory_(runtime), playground_(playground), files_(directory_) {}

    base::Status open();
    int run();

  private:
    base::Status block_signals();
    void start(KeptRole& role);
    void start_due_roles();
    [[nodiscard]] int wait_milliseconds() const;
    void reap_signalled();
    void take_command();
    void take_waiting_commands();
    void obey(const Command& command);
    bool restore(bool asked_for);
    void restore_when_due();
    void fork_keeper(const Command& command);
    [[noreturn]] void become_service_keeper(const Command& command, pid_t parent);
    void tell(const Report& report);
    void replace_dead_supervisor();
    void reap();
    void make_logger_leave(int fifo);
    void tell_logger_to_finish();
    void continue_logger() const;
    void begin_upgrade(const Command& command);
    void decide(const model::UpgradeVerdict& verdict);
    void take_fit(pid_t pid);
    void replace_roles();
    void end_overdue();
    void kill_the_rest() const;
    bool reap_role(KeptRole& role, pid_t pid, int status);

    protocol::RuntimeDirectory directory_;
    std::string playground_;
    RuntimeFiles files_;
    os::Fd signals_;
    KeptRole supervisor_{.role = model::OurRole::supervisor, .name = "supervisor", .gets_socket = true};
    KeptRole logger_{.role = model::OurRole::logger, .name = "logger", .gets_socket = false};
    Programs programs_;
    model::Upgrade upgrade_;
    std::uint32_t upgrade_token_ = 0;
    bool finishing_ = false;
    bool logger_is_told_ = true;  // nothing is to be told
    bool childless_ = false;
    bool keeps_services_ = false;         // one was forked, at some time
    bool roles_are_out_of_date_ = false;  // files were made anew since they began, or that was asked for
    std::optional<std::chrono::nanoseconds> restore_at_;
    std::chrono::nanoseconds kill_rest_at_{};  // valid while finishing_
};

// A role that can't even be set up would be started in vain again and again.
base::Status enough_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kFewestDescriptors) return {};
    return base::failure("only " + std::to_string(limit.rlim_cur) +
                         " open files are allowed here (ulimit -n), and " +
                         std::to_string(kFewestDescriptors) + " are needed");
}

base::Status PlaygroundKeeper::open() {
    if (auto enough = enough_descriptors(); !enough) return enough;
    if (auto taken = files_.take_lock(); !taken) return taken;
    if (files_.lock_is_fresh() && other_keeper_lives(directory_.root(), playground_))
        return base::system_error(directory_.lock(), EWOULDBLOCK);
    if (auto made = files_.make(); !made) return made;
    return block_signals();
}

base::Status PlaygroundKeeper::block_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    signals_ = os::Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_.valid()) return base::system_error("signalfd");
    return {};
}

void PlaygroundKeeper::start(KeptRole& role) {
    role.started = os::monotonic_now();
    // In an empty directory it would find nothing of what it needs.
    if (files_.in_place() || restore(false)) {
        const auto pid = start_role({.name = role.name,
                                     .playground = playground_,
                                     .environment = role_environment(directory_.root()),
                                     .passed_fd = role.gets_socket ? files_.socket() : -1,
                                     .program = programs_.for_roles(),
                                     .on_trial = upgrade_.on_trial()});
        role.pid = pid.value_or(0);
    }
    if (role.pid == 0) role.due = role.started + kRoleSpacing;
    if (role.pid != 0) upgrade_.started(role.role);
}

void PlaygroundKeeper::start_due_roles() {
    for (KeptRole* role : {&supervisor_, &logger_}) {
        if (finishing_ || role->pid != 0 || role->due > os::monotonic_now()) continue;
        // The last thing that a supervisor says is that everything is over, and its end may have been reaped
        // with that of another.
        take_waiting_commands();
        if (!finishing_) start(*role);
    }
}

// It is the supervisor that makes room; where it has died, we must not wait for it.
void PlaygroundKeeper::tell(const Report& report) {
    while (!try_send(files_.reports_at_once(), report) && !finishing_) {
        replace_dead_supervisor();
        ::poll(nullptr, 0, kFullFifoPause);
    }
}

void PlaygroundKeeper::replace_dead_supervisor() {
    int status = 0;
    const pid_t pid = supervisor_.pid;
    if (pid != 0 && ::waitpid(pid, &status, WNOHANG) == pid) reap_role(supervisor_, pid, status);
    if (supervisor_.pid == 0 && supervisor_.due <= os::monotonic_now()) start(supervisor_);
}

int PlaygroundKeeper::wait_milliseconds() const {
    if (!logger_is_told_) return kFullFifoPause;
    std::chrono::nanoseconds next = restore_at_.value_or(std::chrono::nanoseconds::max());
    if (finishing_) next = std::min(next, std::max(kill_rest_at_, os::monotonic_now() + kKillAgain));
    if (upgrade_.on_trial()) next = std::min(next, *upgrade_.deadline());
    for (const KeptRole* role : {&supervisor_, &logger_}) {
        if (role->pid == 0 && !finishing_) next = std::min(next, role->due);
        if (role->kill_at) next = std::min(next, *role->kill_at);
    }
    if (next == std::chrono::nanoseconds::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - os::monotonic_now());
    return left.count() < 0 ? 0 : static_cast<int>(left.count());
}

// The kernel would note in each keeper's thread block on which CPU it runs (man 2 rseq), and so take a page
// for it.
void forget_restartable_sequences() {
    auto* area = static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset;
    static_cast<void>(::syscall(SYS_rseq, area, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
}

int PlaygroundKeeper::run() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    forget_restartable_sequences();
    reap();  // a supervisor that has become the keeper had checks below it, and did not wait for their ends
    start(supervisor_);
    ::close(kPassedFd);  // the client may connect now
    start(logger_);
    std::array<pollfd, 2> watched = {pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                     pollfd{.fd = files_.commands(), .events = POLLIN, .revents = 0}};
    while (!finishing_ || !childless_) {
        // Nothing is read that is not there: the errno of a failed call would dirty the page of it, which
        // each service's keeper would then keep a copy of.
        watched[1].fd = files_.commands();  // another one once it was made again
        if (::poll(watched.data(), watched.size(), wait_milliseconds()) < 0) continue;
        if (watched[0].revents != 0) reap_signalled();
        if (watched[1].revents != 0) take_command();
        restore_when_due();
        tell_logger_to_finish();
        end_overdue();
        kill_the_rest();
        start_due_roles();
    }
    ::unlink(directory_.socket().c_str());
    return 0;
}

void PlaygroundKeeper::reap_signalled() {
    signalfd_siginfo ignored;
    if (::read(signals_.get(), &ignored, sizeof ignored) > 0) reap();
}

void PlaygroundKeeper::take_command() {
    Command command;
    if (::read(files_.commands(), &command, sizeof command) != sizeof command) return;
    if (command.magic == protocol::kRecordMagic) obey(command);
}

void PlaygroundKeeper::take_waiting_commands() {
    pollfd commands{.fd = files_.commands(), .events = POLLIN, .revents = 0};
    while (::poll(&commands, 1, 0) > 0) take_command();
}

void PlaygroundKeeper::obey(const Command& command) {
    if (command.kind == CommandKind::fork_keeper) fork_keeper(command);
    if (command.kind == CommandKind::start_neighbour) start_neighbour(directory_.neighbour(command.name));
    if (command.kind == CommandKind::restore) static_cast<void>(restore(true));
    if (command.kind == CommandKind::sync) {
        protocol::close_handed_over();  // whoever asks has them
        tell(Report{.kind = ReportKind::synced, .token = command.token});
    }
    if (command.kind == CommandKind::upgrade) begin_upgrade(command);
    if (command.kind == CommandKind::fit) take_fit(command.pid);
    if (command.kind == CommandKind::finish) {
        finishing_ = true;
        kill_rest_at_ = os::monotonic_now() + kLastWords;
        logger_is_told_ = false;
        reap();  // perhaps nobody is left who would wake us
    }
}

// Supervisor and logger, those that run, come back with what is in the directory then: the supervisor has
// written it anew, or does when it begins. Until it is killed, whoever waits for it can't connect anywhere
// else.
bool PlaygroundKeeper::restore(bool asked_for) {
    restore_at_.reset();
    const unsigned made_before = files_.made();
    const os::Fd logger(::fcntl(files_.logger_commands(), F_DUPFD_CLOEXEC, 0));
    const auto made = files_.make();
    roles_are_out_of_date_ = roles_are_out_of_date_ || asked_for || files_.made() != made_before;
    if (!made) {
        restore_at_ = os::monotonic_now() + kRestoreAgain;
        return false;
    }
    if (!std::exchange(roles_are_out_of_date_, false)) return true;  // it only could not be seen
    make_logger_leave(logger.get());
    if (supervisor_.pid != 0) ::kill(supervisor_.pid, SIGKILL);
    return true;
}

void PlaygroundKeeper::restore_when_due() {
    if (restore_at_ && *restore_at_ <= os::monotonic_now()) static_cast<void>(restore(false));
}

// `fifo` is the one that it reads.
void PlaygroundKeeper::make_logger_leave(int fifo) {
    if (logger_.pid == 0) return;
    const Command leave{.kind = CommandKind::leave, .pid = logger_.pid};
    const bool told = ::write(fifo, &leave, sizeof leave) == sizeof leave;
    logger_.kill_at = os::monotonic_now() + (told ? kLeave : 0s);
}

// By us, and only now: a logger that ended before we knew why would be started again.
void PlaygroundKeeper::tell_logger_to_finish() {
    if (!finishing_ || logger_is_told_) return;
    continue_logger();
    const Command finish{.kind = CommandKind::finish};
    logger_is_told_ = ::write(files_.logger_commands(), &finish, sizeof finish) == sizeof finish;
}

// Somebody may have stopped it, and we could not end before it. Not once it ends: a leak check at its end
// stops it by ptrace, waits for that stop, and would wait for ever for one that SIGCONT has taken back.
void PlaygroundKeeper::continue_logger() const {
    if (finishing_ && logger_.pid != 0) ::kill(logger_.pid, SIGCONT);
}

void PlaygroundKeeper::fork_keeper(const Command& command) {
    // The bare call: the C library's fork would write to pages that the keepers then no longer share.
    const pid_t self = ::getpid();
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
    if (pid == 0) become_service_keeper(command, self);
    if (pid > 0) keeps_services_ = true;
    tell(Report{.kind = pid > 0 ? ReportKind::keeper_forked : ReportKind::fork_failed,
                .service = command.service,
                .generation = command.generation,
                .pid = pid,
                .status = pid > 0 ? 0 : errno,
                .token = static_cast<std::uint32_t>(self)});
}

void PlaygroundKeeper::become_service_keeper(const Command& command, pid_t parent) {
    // The lock and the socket have to close when the playground's keeper ends.
    files_.close_in_child();
    ::close(signals_.get());
    programs_.close();
    protocol::close_handed_over();
    keep({.service = command.service,
          .generation = command.generation,
          .reports = files_.reports(),
          .parent = parent,
          .playground = playground_.c_str(),
          .runtime = directory_.root().c_str(),
          .name = command.name});
}

// Who asks during another upgrade, or at the end, finds a supervisor later and asks again.
void PlaygroundKeeper::begin_upgrade(const Command& command) {
    if (upgrade_.on_trial() || finishing_) return;
    upgrade_token_ = command.token;
    if (const auto opened = programs_.open_candidate(command); !opened) {
        return decide({.is = model::UpgradeVerdict::Is::rejected,
                       .fault = model::UpgradeFault::unreachable,
                       .status = opened.error().number});
    }
    upgrade_.begin(os::monotonic_now());
    replace_roles();
}

// The supervisor can be killed at any moment. The logger can too, but only its like understands what it
// leaves then.
void PlaygroundKeeper::replace_roles() {
    supervisor_.due = logger_.due = os::monotonic_now();
    if (supervisor_.pid != 0) ::kill(supervisor_.pid, SIGKILL);
    make_logger_leave(files_.logger_commands());
}

void PlaygroundKeeper::end_overdue() {
    const auto now = os::monotonic_now();
    if (logger_.kill_at && *logger_.kill_at <= now) {
        ::kill(logger_.pid, SIGKILL);
        logger_.kill_at = now + kLeave;
    }
    if (upgrade_.on_trial()) decide(upgrade_.time_passed(now));
}

// Nothing is up, and all that should end by itself had time to. What is still below us came from a service or
// a check, and nobody else will ever know of it.
void PlaygroundKeeper::kill_the_rest() const {
    if (!finishing_ || childless_ || supervisor_.pid != 0 || logger_.pid != 0) return;
    if (os::monotonic_now() < kill_rest_at_) return;
    for (const pid_t child : os::Proc().children(::getpid())) ::kill(child, SIGKILL);
}

void PlaygroundKeeper::take_fit(pid_t pid) {
    for (const KeptRole* role : {&supervisor_, &logger_}) {
        if (pid != 0 && role->pid == pid) decide(upgrade_.fit(role->role));
    }
}

void PlaygroundKeeper::decide(const model::UpgradeVerdict& verdict) {
    using Is = model::UpgradeVerdict::Is;
    if (verdict.is == Is::open) return;
    const bool accepted = verdict.is == Is::accepted;
    accepted ? programs_.accept_candidate() : programs_.drop_candidate();
    // Before the old program's supervisor comes back, which is asked about it.
    tell(Report{.kind = accepted ? ReportKind::upgraded : ReportKind::upgrade_failed,
                .generation = static_cast<std::uint32_t>(verdict.fault),
                .status = verdict.status,
                .token = upgrade_token_});
    const bool was_tried = verdict.fault != model::UpgradeFault::unreachable;
    if (!accepted && was_tried) replace_roles();
}

bool PlaygroundKeeper::reap_role(KeptRole& role, pid_t pid, int status) {
    if (pid != role.pid) return false;
    role.pid = 0;
    const bool made_room = std::exchange(role.kill_at, std::nullopt).has_value();
    if (upgrade_.on_trial()) {
        role.due = os::monotonic_now();
        decide(upgrade_.ended(role.role, status));
        return true;
    }
    // Whoever kills it may do so as often as he likes; a program that fails by itself would keep a core busy.
    if (WIFEXITED(status) && WEXITSTATUS(status) == kGivesUp && !keeps_services_) {
        finishing_ = true;
        if (logger_.pid != 0) ::kill(logger_.pid, SIGKILL);
        return true;
    }
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    const auto now = os::monotonic_now();
    role.due = !killed && !made_room && now - role.started < kRoleSpacing ? role.started + kRoleSpacing : now;
    return true;
}

void PlaygroundKeeper::reap() {
    while (true) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED);
        if (pid < 0 && errno == EINTR) continue;
        childless_ = pid < 0 && errno == ECHILD;
        if (pid <= 0) return;
        if (WIFSTOPPED(status)) {
            if (pid == logger_.pid) continue_logger();
            continue;
        }
        if (reap_role(supervisor_, pid, status) || reap_role(logger_, pid, status)) continue;
        tell(Report{.kind = ReportKind::child_ended, .pid = pid, .status = status});
    }
}

}  // namespace

namespace {

[[gnu::noinline]] int keep_playground(const std::string& runtime, const std::string& playground) {
    PlaygroundKeeper keeper(runtime, playground);
    if (const auto opened = keeper.open(); !opened) {
        // Another one keeps this playground: whoever started us finds its socket.
        if (opened.error().number == EWOULDBLOCK) return 0;
        const std::string message = opened.error().message();
        static_cast<void>(os::write_all(kPassedFd, message));
        return 1;
    }
    return keeper.run();
}

}  // namespace

int run(const std::string& runtime, const std::string& playground) {
    ::prctl(PR_SET_NAME, "pgctl");
    // What a service's keeper writes to, this keeper's object and the frames of both, fits on one page of the
    // stack; from wherever the kernel lets that begin, it would lie on two.
    constexpr std::uintptr_t kPage = 4096;
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    void* const rest_of_page = __builtin_alloca(here % kPage);
    asm volatile("" : : "r"(rest_of_page) : "memory");
    return keep_playground(runtime, playground);
}

}  // namespace keeper
