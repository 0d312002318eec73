#include "os/program.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "fixture.h"
#include "os/fd.h"
#include "os/file.h"

class AProgram : public InADirectory {
  protected:
    std::string program(const std::string& body) {
        file("program", "#!/bin/sh\n" + body, 0755);
        return at("program");
    }
    // What becomes of a child that calls `act`, which should not return.
    template <class Act>
    static int status_of_child(Act act) {
        const pid_t child = ::fork();
        if (child == 0) {
            act();
            ::_exit(99);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    }
};

TEST_F(AProgram, RunsToItsEnd) {
    EXPECT_EQ(os::run_program(program("exit 3\n"), "").value(), base::ExitStatus::exited(3));
    EXPECT_EQ(os::run_program(program("kill -KILL $$\n"), "").value(), base::ExitStatus::signalled(SIGKILL));
}

TEST_F(AProgram, RunsInADirectory) {
    directory("d");
    ASSERT_TRUE(os::run_program(program("pwd > out\n"), at("d")));
    EXPECT_EQ(content("d/out"), at("d") + "\n");
}

TEST_F(AProgram, ThatCannotBeStartedIsAnError) {
    EXPECT_EQ(os::run_program(at("missing"), "").error().number, ENOENT);
    EXPECT_EQ(os::run_program(program(""), at("missing")).error().number, ENOENT);
    EXPECT_EQ(os::run_program_on_stderr(at("missing")).error().message(), "exec: No such file or directory");
}

TEST_F(AProgram, MayHaveBothItsStreamsOnStderr) {
    const std::string path =
        program("echo out; echo err >&2; sleep 1000 & echo $! > " + at("child") + "; exit 2\n");
    testing::internal::CaptureStderr();
    const base::ExitStatus status = os::run_program_on_stderr(path).value();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "out\nerr\n");
    EXPECT_EQ(status, base::ExitStatus::exited(2)) << "what it left running is not waited for";
    ::kill(std::stoi(content("child")), SIGKILL);
}

TEST_F(AProgram, HasDefaultSignalDispositions) {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    const auto ended = os::run_program(program("grep SigIgn /proc/self/status > out\n"), at(""));
    ::signal(SIGPIPE, before);
    ASSERT_TRUE(ended);
    // The lower 28 signals; two of those above are the C library's own.
    EXPECT_TRUE(content("out").ends_with("0000000\n")) << content("out");
}

TEST_F(AProgram, MayTakeThePlaceOfTheCaller) {
    const std::string path = program("test \"$1-$A\" = one-two && exit 7\n");
    const int status = status_of_child([&] {
        static_cast<void>(os::become_program(path, {"program", "one"}, {"A=two", "PATH=/bin:/usr/bin"}));
    });
    EXPECT_EQ(WEXITSTATUS(status), 7);
    EXPECT_EQ(WEXITSTATUS(status_of_child([] {
                  static_cast<void>(os::become_command({"sh", "-c", "exit 8"}));
              })),
              8);
}

TEST_F(AProgram, ThatCannotTakeItsPlaceReturnsWhy) {
    const int status = status_of_child([&] { ::_exit(os::become_program(at("missing"), {"x"}, {}).number); });
    EXPECT_EQ(WEXITSTATUS(status), ENOENT);
    const base::Error error = os::become_command({"pgctl-no-such-command"});
    EXPECT_EQ(error.message(), "pgctl-no-such-command: No such file or directory");
}

TEST_F(AProgram, MayChangeTheDirectory) {
    EXPECT_EQ(WEXITSTATUS(status_of_child([&] {
                  if (os::change_directory(root) && os::working_directory().value() == root) ::_exit(0);
              })),
              0);
    EXPECT_EQ(os::change_directory(at("missing")).error().number, ENOENT);
}
