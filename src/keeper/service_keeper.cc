#include "keeper/service_keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "keeper/report.h"
#include "keeper/service_path.h"
#include "keeper/spawn.h"
#include "keeper/title.h"
#include "protocol/keeper_signals.h"
#include "protocol/titles.h"

namespace keeper {

namespace {

using protocol::Report;
using protocol::ReportKind;

// The FIFO that its path led to last.
struct Output {
    int fd = -1;
    dev_t device = 0;
    ino_t inode = 0;
    bool used = false;  // a life was begun with it
};

class Loop {
  public:
    explicit Loop(const ServiceKeeper& keeper) : keeper_(keeper), generation_(keeper.generation) {}

    [[noreturn]] void run() {
        begin_life();
        ::prctl(PR_SET_PDEATHSIG, 0);  // we have made ourselves known
        sigset_t all;
        ::sigfillset(&all);
        while (true) {
            siginfo_t signal{};
            const int number = ::sigwaitinfo(&all, &signal);
            if (number < 0) continue;  // EINTR: it was stopped and continued
            if (number == SIGCHLD) reap();
            if (signal.si_code != SI_QUEUE) continue;
            if (number == protocol::spawn_signal())
                spawn_again(static_cast<std::uint32_t>(signal.si_value.sival_int));
            if (number == protocol::report_signal()) {
                follow_paths();
                stand();
            }
            if (number == protocol::release_signal() && nothing_left()) ::_exit(0);
        }
    }

  private:
    void report(ReportKind kind, pid_t pid, int status, bool empty) const {
        send(keeper_.reports, Report{.kind = kind,
                                     .service = keeper_.service,
                                     .generation = generation_,
                                     .pid = pid,
                                     .status = status,
                                     .token = empty ? 1U : 0U,
                                     .keeper = self_});
    }

    void begin_life() {
        hold_output();
        output_.used = true;
        const SpawnOutcome outcome = with_service_path(keeper_.runtime, keeper_.name, "spawn", spawn);
        // Where the directory was made anew meanwhile, either may be what the child has opened.
        hold_output();
        output_.used = true;
        main_ = outcome.pid;
        if (main_ != 0) return report(ReportKind::main_started, main_, 0, false);
        send(keeper_.reports, Report{.kind = ReportKind::spawn_failed,
                                     .service = keeper_.service,
                                     .generation = generation_,
                                     .status = outcome.error,
                                     .stage = outcome.stage,
                                     .token = nothing_left() ? 1U : 0U,
                                     .keeper = self_});
    }

    void spawn_again(std::uint32_t generation) {
        generation_ = generation;
        // One main process at a time, whatever we are told: this one is the life that was asked for.
        main_ != 0 ? stand() : begin_life();
    }

    // Everything that has ended; the main process is reported together with whether others are left.
    void reap() {
        bool main_ended = false;
        int main_status = 0;
        bool reaped = false;
        while (true) {
            int status = 0;
            const pid_t pid = ::waitpid(-1, &status, WNOHANG);
            if (pid < 0 && errno == EINTR) continue;
            if (pid <= 0) break;
            reaped = true;
            if (pid == main_) {
                main_ended = true;
                main_status = status;
            }
        }
        if (!reaped) return;
        const bool empty = nothing_left();
        if (main_ended) {
            last_status_ = main_status;
            const pid_t pid = main_;
            main_ = 0;
            report(ReportKind::main_ended, pid, main_status, empty);
        } else if (empty && main_ == 0) {
            report(ReportKind::set_empty, 0, 0, true);
        }
    }

    void stand() const { report(ReportKind::standing, main_, last_status_, nothing_left()); }

    // A FIFO that the service's processes may write to is held open for as long as this process lives, so
    // that nothing in it is lost while no logger runs. So is one that only a check has written to, unless all
    // of it was read when its path leads elsewhere.
    void hold_output() {
        const int fd = with_service_path(keeper_.runtime, keeper_.name, "output", open_fifo);
        struct stat found {};
        if (fd < 0 || ::fstat(fd, &found) != 0) return;
        if (found.st_dev == output_.device && found.st_ino == output_.inode) {
            ::close(fd);
            return;
        }
        if (output_.fd >= 0 && !output_.used && is_empty(output_.fd)) ::close(output_.fd);
        output_ = {.fd = fd, .device = found.st_dev, .inode = found.st_ino};
    }

    // The runtime directory may have been deleted, and made anew for those who ask.
    void follow_paths() {
        const int reports = with_reports_path(keeper_.runtime, open_fifo);
        if (reports >= 0) {
            ::dup3(reports, keeper_.reports, O_CLOEXEC);
            ::close(reports);
        }
        hold_output();
    }

    [[nodiscard]] static int open_fifo(const char* path) {
        return ::open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    }

    [[nodiscard]] static bool is_empty(int fifo) {
        int waiting = 0;
        return ::ioctl(fifo, FIONREAD, &waiting) == 0 && waiting == 0;
    }

    [[nodiscard]] static bool nothing_left() {
        siginfo_t info{};
        return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
    }

    const ServiceKeeper& keeper_;
    std::uint32_t generation_;
    pid_t self_ = ::getpid();
    pid_t main_ = 0;
    int last_status_ = 0;
    Output output_;
};

}  // namespace

void keep(const ServiceKeeper& keeper) {
    // Until something was heard of us, nobody but the keeper that has forked us knows of us.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != keeper.parent) ::_exit(0);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    set_command_line({protocol::kKeeperTitle, keeper.playground, "/", keeper.name});
    Loop(keeper).run();
}

}  // namespace keeper
