// Spawning as a service's keeper does it, with real processes that end by themselves.

#include "keeper/spawn.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "os/fd.h"
#include "os/file.h"
#include "protocol/spawn_file.h"
#include "temporary_directory.h"

using protocol::SpawnStage;
using Words = std::vector<std::string>;

namespace {

class Spawning : public testing::Test, protected TemporaryDirectory {
  protected:
    Spawning() {
        directory("web");
        fifo("output");
        output_ = os::open(at("output"), O_RDWR | O_NONBLOCK).value();
        plan = {.directory = at("web"),
                .arguments = {"./run"},
                .environment = {"PATH=/usr/bin:/bin", "A=1"},
                .output = at("output")};
    }

    void run_is(const std::string& content, mode_t mode = 0755) { file("web/run", content, mode); }
    keeper::SpawnOutcome spawn() {
        file("spawn", protocol::layout(plan));
        return keeper::spawn(at("spawn").c_str());
    }
    // Spawns, waits for the end, and gives what was written.
    std::string output_of_run() {
        const keeper::SpawnOutcome outcome = spawn();
        EXPECT_EQ(outcome.stage, SpawnStage::none);
        EXPECT_GT(outcome.pid, 0);
        EXPECT_EQ(::waitpid(outcome.pid, &status, 0), outcome.pid);
        std::string text(65536, '\0');
        const auto count = os::read_some(output_.get(), text);
        return text.substr(0, count.value_or(0));
    }
    void expect_failure(SpawnStage stage, int error) {
        const keeper::SpawnOutcome outcome = spawn();
        EXPECT_EQ(outcome.stage, stage);
        EXPECT_EQ(outcome.error, error);
        EXPECT_EQ(outcome.pid, 0);
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "the child that failed was not reaped";
        EXPECT_EQ(errno, ECHILD);
    }

    protocol::SpawnPlan plan;
    int status = 0;

  private:
    os::Fd output_;
};

}  // namespace

TEST_F(Spawning, ExecutesRunInItsDirectoryWithItsEnvironment) {
    run_is("#!/bin/sh\npwd\necho \"$A-$0\"\nexit 3\n");
    EXPECT_EQ(output_of_run(), root + "/web\n1-./run\n");
    EXPECT_EQ(WEXITSTATUS(status), 3);
}

TEST_F(Spawning, GivesNothingOfItsOwnEnvironment) {
    ::setenv("PGCTL_TEST_SECRET", "x", 1);
    run_is("#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ\n");
    plan.environment = {"ONLY=this", "PATH=/usr/bin:/bin"};
    EXPECT_EQ(output_of_run(), "ONLY=this\nPATH=/usr/bin:/bin\n");
    ::unsetenv("PGCTL_TEST_SECRET");
}

TEST_F(Spawning, ReadsFromNothingAndWritesBothStreamsToTheOutput) {
    run_is("#!/bin/sh\nread line\necho out\necho err >&2\n");
    const int before = ::dup(0), null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    EXPECT_EQ(output_of_run(), "out\nerr\n");
    ::dup2(before, 0);
    ::close(before);
    ::close(null);
}

TEST_F(Spawning, LeavesOpenThreeDescriptorsAlone) {
    run_is("#!/bin/sh\nls /proc/$$/fd\n");
    const Words open = base::words(output_of_run());
    // The shell itself may have its script open under a number from 10 on.
    for (const std::string& number : open) EXPECT_TRUE(number.size() > 1 || number < "3") << number;
}

TEST_F(Spawning, MakesASessionOfItsOwn) {
    run_is("#!/bin/sh\nset -- $(cat /proc/self/stat)\necho $$ $6\n");
    const Words words = base::words(output_of_run());
    ASSERT_EQ(words.size(), 2u);
    EXPECT_EQ(words[0], words[1]);
}

TEST_F(Spawning, LeavesNoSignalBlocked) {
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    run_is("#!/bin/sh\ngrep SigBlk /proc/self/status\n");
    EXPECT_EQ(output_of_run(), "SigBlk:\t0000000000000000\n");
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(Spawning, SetsTheUmask) {
    plan.umask = 027;
    run_is("#!/bin/sh\numask\n");
    EXPECT_EQ(output_of_run(), "0027\n");
}

TEST_F(Spawning, SetsLimits) {
    plan.limits = {{.resource = RLIMIT_NOFILE, .soft = 100, .hard = 200},
                   {.resource = RLIMIT_CORE, .soft = 0, .hard = 0}};
    run_is("#!/bin/sh\nulimit -Sn; ulimit -Hn; ulimit -c\n");
    EXPECT_EQ(output_of_run(), "100\n200\n0\n");
}

TEST_F(Spawning, SetsTheNiceness) {
    plan.niceness = ::getpriority(PRIO_PROCESS, 0) + 1;
    plan.set_niceness = true;
    run_is("#!/bin/sh\nset -- $(cat /proc/self/stat)\necho ${19}\n");
    EXPECT_EQ(output_of_run(), std::to_string(std::min(plan.niceness, 19)) + "\n");
}

TEST_F(Spawning, ConnectsTheNotificationToItsNumber) {
    fifo("notify");
    const os::Fd reader = os::open(at("notify"), O_RDWR | O_NONBLOCK).value();
    for (const int number : {3, 9}) {
        plan.notification = at("notify");
        plan.notification_fd = number;
        run_is("#!/bin/sh\necho >&" + std::to_string(number) + "\n");
        EXPECT_EQ(output_of_run(), "");
        std::string text(8, '\0');
        EXPECT_EQ(os::read_some(reader.get(), text).value_or(0), 1u) << number;
    }
}

TEST_F(Spawning, PassesArguments) {
    plan.arguments = {"./run", "two words", ""};
    run_is("#!/bin/sh\necho $#; echo \"$1\"\n");
    EXPECT_EQ(output_of_run(), "2\ntwo words\n");
}

TEST_F(Spawning, FailsAtExecWhereRunIsMissing) {
    expect_failure(SpawnStage::exec, ENOENT);
}

TEST_F(Spawning, FailsAtExecWhereTheInterpreterIsMissing) {
    run_is("#!/bin/bsh\n");
    expect_failure(SpawnStage::exec, ENOENT);
}

TEST_F(Spawning, FailsAtExecWhereRunIsNotExecutable) {
    run_is("#!/bin/sh\n", 0644);
    expect_failure(SpawnStage::exec, EACCES);
}

TEST_F(Spawning, FailsAtExecWhereRunIsNoProgram) {
    run_is("echo without an interpreter\n");
    expect_failure(SpawnStage::exec, ENOEXEC);
}

TEST_F(Spawning, FailsAtTheDirectoryThatIsGone) {
    plan.directory = at("gone");
    expect_failure(SpawnStage::working_directory, ENOENT);
}

TEST_F(Spawning, FailsAtTheOutputThatIsGone) {
    plan.output = at("gone");
    expect_failure(SpawnStage::output, ENOENT);
}

TEST_F(Spawning, FailsAtAnOutputThatIsASymbolicLink) {
    link("link", at("output"));
    plan.output = at("link");
    expect_failure(SpawnStage::output, ELOOP);
}

TEST_F(Spawning, FailsAtTheNotificationThatIsGone) {
    plan.notification = at("gone");
    plan.notification_fd = 5;
    expect_failure(SpawnStage::notification, ENOENT);
}

TEST_F(Spawning, FailsAtALimitThatDoesNotExist) {
    plan.limits = {{.resource = 1000, .soft = 1, .hard = 1}};
    expect_failure(SpawnStage::limits, EINVAL);
}

TEST_F(Spawning, FailsAtASpawnFileThatIsMissing) {
    EXPECT_EQ(keeper::spawn(at("none").c_str()).stage, SpawnStage::spawn_file);
    EXPECT_EQ(keeper::spawn(at("none").c_str()).error, ENOENT);
}

TEST_F(Spawning, FailsAtASpawnFileThatIsNone) {
    file("spawn", std::string(500, 'x'));
    const keeper::SpawnOutcome outcome = keeper::spawn(at("spawn").c_str());
    EXPECT_EQ(outcome.stage, SpawnStage::spawn_file);
    EXPECT_EQ(outcome.error, EBADMSG);
}

TEST_F(Spawning, FailsAtASpawnFileThatIsCutShort) {
    const std::string whole = protocol::layout(plan);
    file("spawn", whole.substr(0, whole.size() - 1));
    const keeper::SpawnOutcome outcome = keeper::spawn(at("spawn").c_str());
    EXPECT_EQ(outcome.stage, SpawnStage::spawn_file);
    EXPECT_EQ(outcome.error, EBADMSG);
}

TEST_F(Spawning, FailsAtASpawnFileThatIsEmpty) {
    file("spawn", "");
    EXPECT_EQ(keeper::spawn(at("spawn").c_str()).stage, SpawnStage::spawn_file);
}
