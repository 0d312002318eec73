// What this process was given: environment, limits, clocks, streams, terminal, open files.

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "fixture.h"
#include "os/clock.h"
#include "os/fd.h"
#include "os/inherited.h"
#include "os/open_files.h"
#include "os/standard_streams.h"
#include "os/terminal.h"

using Pids = std::vector<pid_t>;

namespace {

// Whether a child that calls `act` finds it true.
template <class Act>
bool in_a_child(Act act) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(act() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST(TheEnvironment, IsAListOfVariables) {
    ::setenv("PGCTL_TEST", "a=b", 1);
    EXPECT_EQ(std::ranges::count(os::environment(), "PGCTL_TEST=a=b"), 1);
    ::unsetenv("PGCTL_TEST");
}

TEST(TheEnvironment, MayHoldWhatIsNoVariable) {
    EXPECT_TRUE(in_a_child([] {
        char junk[] = "junk", good[] = "A=1";
        char* variables[] = {junk, good, nullptr};
        ::environ = variables;
        return os::environment() == std::vector<std::string>{"A=1"};
    }));
    EXPECT_TRUE(in_a_child([] {
        ::environ = nullptr;
        return os::environment().empty();
    }));
}

TEST(TheUmask, IsReadAndLeftAsItIs) {
    const mode_t before = ::umask(027);
    EXPECT_EQ(os::file_mode_mask(), 027u);
    EXPECT_EQ(os::file_mode_mask(), 027u);
    ::umask(before);
}

TEST(TheLimits, AreThoseOfThisProcess) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const auto limits = os::resource_limits();
    EXPECT_EQ(limits.size(), static_cast<size_t>(RLIM_NLIMITS));
    const auto found = std::ranges::find(limits, RLIMIT_NOFILE, &os::ResourceLimit::resource);
    ASSERT_NE(found, limits.end());
    EXPECT_EQ(found->soft, files.rlim_cur == RLIM_INFINITY ? -1 : static_cast<std::int64_t>(files.rlim_cur));
}

TEST(TheLimits, AreMinusOneWhereThereIsNone) {
    EXPECT_TRUE(in_a_child([] {
        const rlimit small{.rlim_cur = 5, .rlim_max = 5};
        ::setrlimit(RLIMIT_CORE, &small);
        for (const os::ResourceLimit& limit : os::resource_limits()) {
            rlimit now{};
            ::getrlimit(static_cast<__rlimit_resource_t>(limit.resource), &now);
            if ((now.rlim_cur == RLIM_INFINITY) != (limit.soft == -1)) return false;
            if (limit.resource == RLIMIT_CORE && (limit.soft != 5 || limit.hard != 5)) return false;
        }
        return true;
    }));
}

TEST(ThisProcess, KnowsItself) {
    EXPECT_EQ(os::own_pid(), ::getpid());
    EXPECT_EQ(os::own_user(), ::geteuid());
    EXPECT_EQ(os::own_niceness(), ::getpriority(PRIO_PROCESS, 0));
    EXPECT_EQ(os::niceness(::getpid()), os::own_niceness());
}

TEST(AnotherProcess, HasNothingOnceItIsGone) {
    const pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
    EXPECT_EQ(os::niceness(gone), std::nullopt);
    EXPECT_TRUE(os::resource_limits(gone).empty());
}

TEST(TheClocks, GoForward) {
    const auto monotonic = os::monotonic_now();
    EXPECT_GE(os::monotonic_now(), monotonic);
    // Nobody builds this before 2020.
    EXPECT_GT(os::wall_now(), std::chrono::seconds(1'577'836'800));
}

TEST(TheStandardStreams, AreOpenedWhereTheyWereClosed) {
    EXPECT_TRUE(in_a_child([] {
        for (const int number : {0, 2}) ::close(number);
        os::open_missing_standard_streams();
        return ::fcntl(0, F_GETFD) >= 0 && ::fcntl(1, F_GETFD) >= 0 && ::fcntl(2, F_GETFD) >= 0;
    }));
}

TEST(TheStandardStreams, AreLeftAloneWhereTheyAreOpen) {
    EXPECT_TRUE(in_a_child([] {
        const int next = ::dup(0);
        ::close(next);
        os::open_missing_standard_streams();
        return ::dup(0) == next;
    }));
}

TEST(ABrokenPipe, IsAnErrorAndNoDeath) {
    EXPECT_TRUE(in_a_child([] {
        ::signal(SIGPIPE, SIG_DFL);
        os::ignore_broken_pipes();
        os::Pipe pipe = os::make_pipe().value();
        pipe.read_end.reset();
        return os::write_all(pipe.write_end.get(), "x").error().number == EPIPE;
    }));
}

TEST(ATerminal, IsKnownWithItsWidth) {
    const os::Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master.valid() || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0)
        GTEST_SKIP() << "no terminals here";
    const os::Fd terminal = os::open(::ptsname(master.get()), O_RDWR | O_NOCTTY).value();
    EXPECT_TRUE(os::is_terminal(terminal.get()));
    EXPECT_EQ(os::terminal_columns(terminal.get()), 0);
    const winsize size{.ws_row = 24, .ws_col = 132, .ws_xpixel = 0, .ws_ypixel = 0};
    ASSERT_EQ(::ioctl(terminal.get(), TIOCSWINSZ, &size), 0);
    EXPECT_EQ(os::terminal_columns(terminal.get()), 132);
}

TEST(ATerminal, IsNotAPipe) {
    const os::Pipe pipe = os::make_pipe().value();
    EXPECT_FALSE(os::is_terminal(pipe.read_end.get()));
    EXPECT_EQ(os::terminal_columns(pipe.read_end.get()), 0);
}

// --- who has a file open ---

class HoldersOfAFile : public InADirectory {
  protected:
    static Pids of(const std::string& path, bool or_deleted = false) {
        return os::holders_of(os::Proc(), path, or_deleted);
    }
};

TEST_F(HoldersOfAFile, AreFoundWhateverPathTheyOpenedItBy) {
    file("a", "");
    link("l", at("a"));
    EXPECT_EQ(of(at("a")), Pids{});
    const os::Fd open = os::open(at("l"), O_RDONLY).value();
    EXPECT_EQ(of(at("a")), Pids{::getpid()});
    EXPECT_EQ(of(at("l")), Pids{::getpid()});
}

TEST_F(HoldersOfAFile, ThatWasDeletedAreFoundIfAskedFor) {
    file("a", "");
    const os::Fd open = os::open(at("a"), O_RDONLY).value();
    std::filesystem::remove(at("a"));
    EXPECT_EQ(of(at("a")), Pids{});
    EXPECT_EQ(of(at("a"), true), Pids{::getpid()});
    EXPECT_EQ(of(at("b"), true), Pids{});
}

TEST_F(HoldersOfAFile, ThatWasDeletedAreNotThoseOfOneWithSuchAName) {
    file("a (deleted)", "");
    const os::Fd open = os::open(at("a (deleted)"), O_RDONLY).value();
    EXPECT_EQ(of(at("a"), true), Pids{});
}

TEST_F(HoldersOfAFile, AreSortedByNumber) {
    file("a", "");
    for (const char* pid : {"2", "10", "1"}) link(std::string("proc/") + pid + "/fd/3", at("a"));
    link("proc/5/fd/0", at("missing"));
    directory("proc/6");
    EXPECT_EQ(os::holders_of(os::Proc(at("proc")), at("a"), false, at("proc")), (Pids{1, 2, 10}));
}

TEST_F(HoldersOfAFile, ThatIsMissingAreNone) {
    EXPECT_EQ(of(at("a")), Pids{});
}
