#include "keeper/playground_keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "keeper/report.h"
#include "keeper/role.h"
#include "keeper/service_keeper.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/socket.h"
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
constexpr int kBacklog = 4096;
constexpr int kFullFifoPause = 5;  // milliseconds

// A child that is started again when it ends.
struct KeptRole {
    const char* name;
    bool gets_socket;
    pid_t pid = 0;
    std::chrono::nanoseconds started{};
    std::chrono::nanoseconds due{};  // valid while pid is 0
};

// Text that a service's keeper needs. In one place, so that all a fork writes to lies on one page.
struct ForkTexts {
    char title[1024];
    char spawn_file[PATH_MAX];
    char output[PATH_MAX];
};
ForkTexts texts;

class PlaygroundKeeper {
  public:
    PlaygroundKeeper(const std::string& runtime, const std::string& playground)
        : directory_(runtime), playground_(playground) {}

    base::Status open();
    int run();

  private:
    base::Status open_fifos();
    base::Status block_signals();
    void start(KeptRole& role);
    void start_due_roles();
    [[nodiscard]] int wait_milliseconds() const;
    void take_commands();
    void obey(const Command& command);
    void fork_keeper(const Command& command);
    [[noreturn]] void become_service_keeper(const Command& command);
    void reap();
    void tell_logger_to_finish();
    bool reap_role(KeptRole& role, pid_t pid, int status);

    protocol::RuntimeDirectory directory_;
    std::string playground_;
    os::Fd lock_, socket_, commands_, logger_commands_, reports_, signals_;
    KeptRole supervisor_{.name = "supervisor", .gets_socket = true};
    KeptRole logger_{.name = "logger", .gets_socket = false};
    bool finishing_ = false;
    bool logger_is_told_ = true;  // nothing is to be told
    bool childless_ = false;
    bool keeps_services_ = false;  // one was forked, at some time
};

base::Result<os::Fd> open_fifo(const std::string& path, int flags) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0 && !S_ISFIFO(found.st_mode)) {
        // The directory is ours and locked: whatever stands there is not what it should be.
        if (const auto removed = os::remove_tree(path); !removed) return base::passed_on(removed.error());
    }
    if (::mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) return base::system_error(path);
    return os::open(path, flags | O_NOFOLLOW);
}

base::Status PlaygroundKeeper::open() {
    auto lock = os::open(directory_.lock(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!lock) return base::passed_on(lock.error());
    if (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) return base::system_error(directory_.lock());
    lock_ = std::move(*lock);
    if (auto opened = open_fifos(); !opened) return opened;
    auto socket = os::listen_at(directory_.socket(), kBacklog);
    if (!socket) return base::passed_on(socket.error());
    socket_ = std::move(*socket);
    return block_signals();
}

base::Status PlaygroundKeeper::open_fifos() {
    auto reports = open_fifo(directory_.reports(), O_RDWR);
    if (!reports) return base::passed_on(reports.error());
    reports_ = std::move(*reports);
    auto commands = open_fifo(directory_.keeper_commands(), O_RDWR | O_NONBLOCK);
    if (!commands) return base::passed_on(commands.error());
    commands_ = std::move(*commands);
    // Never read here, but held: commands to the logger wait in it until there is one.
    auto logger = open_fifo(directory_.logger_commands(), O_RDWR | O_NONBLOCK);
    if (!logger) return base::passed_on(logger.error());
    logger_commands_ = std::move(*logger);
    return {};
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
    const auto pid = start_role({.name = role.name,
                                 .playground = playground_,
                                 .runtime = directory_.root(),
                                 .passed_fd = role.gets_socket ? socket_.get() : -1});
    role.pid = pid.value_or(0);
    if (role.pid == 0) role.due = role.started + kRoleSpacing;
}

void PlaygroundKeeper::start_due_roles() {
    if (finishing_) return;
    for (KeptRole* role : {&supervisor_, &logger_}) {
        if (role->pid == 0 && role->due <= os::monotonic_now()) start(*role);
    }
}

int PlaygroundKeeper::wait_milliseconds() const {
    if (!logger_is_told_) return kFullFifoPause;
    std::chrono::nanoseconds next = std::chrono::nanoseconds::max();
    for (const KeptRole* role : {&supervisor_, &logger_}) {
        if (role->pid == 0 && !finishing_) next = std::min(next, role->due);
    }
    if (next == std::chrono::nanoseconds::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - os::monotonic_now());
    return left.count() < 0 ? 0 : static_cast<int>(left.count());
}

int PlaygroundKeeper::run() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    start(supervisor_);
    ::close(kPassedFd);  // the client may connect now
    start(logger_);
    std::array<pollfd, 2> watched = {pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                     pollfd{.fd = commands_.get(), .events = POLLIN, .revents = 0}};
    while (!finishing_ || !childless_) {
        ::poll(watched.data(), watched.size(), wait_milliseconds());
        signalfd_siginfo ignored;
        if (::read(signals_.get(), &ignored, sizeof ignored) > 0) reap();
        // Before a role is started again: what it was told before it ended may be that everything is to end.
        take_commands();
        tell_logger_to_finish();
        start_due_roles();
    }
    ::unlink(directory_.socket().c_str());
    return 0;
}

void PlaygroundKeeper::take_commands() {
    Command command;
    while (::read(commands_.get(), &command, sizeof command) == sizeof command) {
        if (command.magic == protocol::kRecordMagic) obey(command);
    }
}

void PlaygroundKeeper::obey(const Command& command) {
    if (command.kind == CommandKind::fork_keeper) fork_keeper(command);
    if (command.kind == CommandKind::sync)
        send(reports_.get(), Report{.kind = ReportKind::synced, .token = command.token});
    if (command.kind == CommandKind::finish) {
        finishing_ = true;
        logger_is_told_ = false;
        reap();  // perhaps nobody is left who would wake us
    }
}

// By us, and only now: a logger that ended before we knew why would be started again.
void PlaygroundKeeper::tell_logger_to_finish() {
    if (!finishing_ || logger_is_told_) return;
    const Command finish{.kind = CommandKind::finish};
    logger_is_told_ = ::write(logger_commands_.get(), &finish, sizeof finish) == sizeof finish;
}

void PlaygroundKeeper::fork_keeper(const Command& command) {
    const char* root = directory_.root().c_str();
    std::snprintf(texts.title, sizeof texts.title, "pgctl keeper %s/%s", playground_.c_str(), command.name);
    std::snprintf(texts.spawn_file, sizeof texts.spawn_file, "%s/services/%s/spawn", root, command.name);
    std::snprintf(texts.output, sizeof texts.output, "%s/services/%s/output", root, command.name);
    // The bare call: the C library's fork would write to pages that the keepers then no longer share.
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
    if (pid == 0) become_service_keeper(command);
    if (pid > 0) keeps_services_ = true;
    send(reports_.get(), Report{.kind = pid > 0 ? ReportKind::keeper_forked : ReportKind::fork_failed,
                                .service = command.service,
                                .generation = command.generation,
                                .pid = pid,
                                .status = pid > 0 ? 0 : errno});
}

void PlaygroundKeeper::become_service_keeper(const Command& command) {
    // The lock and the socket have to close when the playground's keeper ends.
    for (os::Fd* fd : {&lock_, &socket_, &commands_, &logger_commands_, &signals_}) ::close(fd->get());
    keep({.service = command.service,
          .generation = command.generation,
          .reports = reports_.get(),
          .spawn_file = texts.spawn_file,
          .output = texts.output,
          .title = texts.title});
}

bool PlaygroundKeeper::reap_role(KeptRole& role, pid_t pid, int status) {
    if (pid != role.pid) return false;
    role.pid = 0;
    // Whoever kills it may do so as often as he likes; a program that fails by itself would keep a core busy.
    if (WIFEXITED(status) && WEXITSTATUS(status) == kGivesUp && !keeps_services_) {
        finishing_ = true;
        if (logger_.pid != 0) ::kill(logger_.pid, SIGKILL);
        return true;
    }
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    const auto now = os::monotonic_now();
    role.due = !killed && now - role.started < kRoleSpacing ? role.started + kRoleSpacing : now;
    return true;
}

void PlaygroundKeeper::reap() {
    while (true) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR) continue;
        childless_ = pid < 0 && errno == ECHILD;
        if (pid <= 0) return;
        if (reap_role(supervisor_, pid, status) || reap_role(logger_, pid, status)) continue;
        send(reports_.get(), Report{.kind = ReportKind::child_ended, .pid = pid, .status = status});
    }
}

}  // namespace

int run(const std::string& runtime, const std::string& playground) {
    ::prctl(PR_SET_NAME, "pgctl");
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

}  // namespace keeper
