// With real processes: children of this one, which wait until they are told.

#include "os/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "fixture.h"

namespace {

class AProcess : public testing::Test {
  protected:
    AProcess() : child_(::fork()) {
        if (child_ == 0) {
            while (true) ::pause();
        }
    }
    ~AProcess() override {
        if (child_ == 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    int wait() {
        int status = 0;
        EXPECT_EQ(::waitpid(std::exchange(child_, 0), &status, 0) > 0, true);
        return status;
    }

    pid_t child_;
    os::Proc proc_;
};

}  // namespace

TEST_F(AProcess, IsSignalledThroughItsDescriptor) {
    const os::Process process = os::Process::open(proc_, os::identify(proc_, child_).value()).value();
    ASSERT_TRUE(process.signal(SIGTERM));
    EXPECT_EQ(WTERMSIG(wait()), SIGTERM);
}

TEST_F(AProcess, IsOpenedWithoutAStartTimeWhereNoneIsKnown) {
    EXPECT_TRUE(os::Process::open(proc_, {.pid = child_}));
}

TEST_F(AProcess, ThatIsAnotherByNowIsNotOpened) {
    os::ProcessId id = os::identify(proc_, child_).value();
    ++id.start_time;
    const auto process = os::Process::open(proc_, id);
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().number, ESRCH);
}

TEST_F(AProcess, TellsOfItsEnd) {
    os::Process process = os::Process::open(proc_, {.pid = child_}).value();
    pollfd watched = {.fd = process.fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&watched, 1, 0), 0);
    ASSERT_TRUE(process.signal(SIGKILL));
    EXPECT_EQ(::poll(&watched, 1, 10'000), 1);
    wait();
    EXPECT_EQ(process.signal(SIGKILL).error().number, ESRCH);
    EXPECT_EQ(process.queue(SIGRTMIN, 1).error().number, ESRCH);
    const os::Fd fd = std::move(process).take_fd();
    EXPECT_TRUE(fd.valid());
}

TEST_F(AProcess, ThatHasEndedIsNeitherIdentifiedNorOpened) {
    const pid_t pid = child_;
    ::kill(child_, SIGKILL);
    wait();
    EXPECT_FALSE(os::identify(proc_, pid));
    EXPECT_EQ(os::Process::open(proc_, {.pid = pid}).error().number, ESRCH);
}

TEST(AQueuedSignal, CarriesItsValue) {
    sigset_t wanted, before;
    ::sigemptyset(&wanted);
    ::sigaddset(&wanted, SIGRTMIN + 1);
    ::sigprocmask(SIG_BLOCK, &wanted, &before);
    const os::Process self = os::Process::open(os::Proc(), {.pid = ::getpid()}).value();
    ASSERT_TRUE(self.queue(SIGRTMIN + 1, 42));
    siginfo_t got{};
    EXPECT_EQ(::sigwaitinfo(&wanted, &got), SIGRTMIN + 1);
    EXPECT_EQ(got.si_code, SI_QUEUE);
    EXPECT_EQ(got.si_value.sival_int, 42);
    EXPECT_EQ(got.si_pid, ::getpid());
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}
