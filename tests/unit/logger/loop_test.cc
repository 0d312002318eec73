// The loop in a process of its own, with the test in the place of supervisor and services.
#include "logger/loop.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "logger/logger.h"
#include "logs/stamp.h"
#include "playground_fixture.h"

namespace logger {
namespace {

using protocol::CommandKind;
using protocol::ReportKind;

class LoggerProcess : public testing::Test, public PlaygroundFixture {
  protected:
    void TearDown() override {
        if (logger_ <= 0) return;
        ::kill(logger_, SIGKILL);
        ::waitpid(logger_, nullptr, 0);
    }

    void start() {
        logger_ = fork_child();
        if (logger_ == 0) ::_exit(run(runtime.root(), playground));
    }
    void limit_file_size(rlim_t bytes) {
        const rlimit limit{.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
        ASSERT_EQ(::prlimit(logger_, RLIMIT_FSIZE, &limit, nullptr), 0);
    }
    // Of the drain, once it was answered.
    int drain(const std::string& service) {
        command(CommandKind::drain_log, service, ++token_);
        const auto report = next_report(ReportKind::drained);
        EXPECT_TRUE(report && report->token == token_);
        return report ? report->status : -1;
    }
    int exit_status() {
        int status = -1;
        ::waitpid(logger_, &status, 0);
        logger_ = -1;
        return status;
    }
    // Without the stamps.
    std::string text_of(const std::string& service) {
        std::string text;
        const std::string log = whole_log(service);
        for (size_t at = 0; at < log.size();) {
            const size_t end = std::min(log.find('\n', at), log.size() - 1) + 1;
            text += log.substr(at, end - at).substr(logs::kStampSize);
            at = end;
        }
        return text;
    }
    // Waits for it.
    void expect_text(const std::string& service, const std::string& expected) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (text_of(service) != expected && std::chrono::steady_clock::now() < deadline) {
        }
        EXPECT_EQ(text_of(service), expected);
    }
    // Whether the logger, or anybody else, has the service's FIFO open for reading (man 7 fifo).
    [[nodiscard]] bool is_read(const std::string& service) const {
        return os::open(runtime.output(service), O_WRONLY | O_NONBLOCK).has_value();
    }
    // Waits for it.
    void expect_not_read(const std::string& service) const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (is_read(service) && std::chrono::steady_clock::now() < deadline) {
        }
        EXPECT_FALSE(is_read(service));
    }
    static void say(const os::Fd& output, const std::string& text) {
        EXPECT_TRUE(os::write_all(output.get(), text));
    }

    pid_t logger_ = -1;
    std::uint32_t token_ = 0;
};

TEST_F(LoggerProcess, MakesTheLogWhenItIsOpened) {
    const os::Fd output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    EXPECT_EQ(drain("web"), 0);
    EXPECT_TRUE(os::exists(logs("web") + "/current"));
}

TEST_F(LoggerProcess, WritesLinesAndUnfinishedOnesAtOnce) {
    const os::Fd output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    say(output, "one\npass");
    expect_text("web", "one\npass");
    say(output, "word: \n");
    expect_text("web", "one\npassword: \n");
}

TEST_F(LoggerProcess, ADrainEndsAnUnfinishedLine) {
    const os::Fd output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    say(output, "no end");
    EXPECT_EQ(drain("web"), 0);
    EXPECT_EQ(text_of("web"), "no end\n");
    say(output, "next\n");
    EXPECT_EQ(drain("web"), 0);
    EXPECT_EQ(text_of("web"), "no end\nnext\n");
}

TEST_F(LoggerProcess, ReadsWhatWasWrittenBeforeItCame) {
    const os::Fd output = add_service("web");
    say(output, "early\n");
    start();
    expect_text("web", "early\n");
}

TEST_F(LoggerProcess, MakesRoomInAFifoThatMayBeFull) {
    const os::Fd output = add_service("web");
    const std::string text = std::string(kBatchCapacity / 2, 'x') + "\n";
    say(output, text);
    start();
    expect_text("web", text);
    EXPECT_EQ(::fcntl(output.get(), F_GETPIPE_SZ), 2 * kBatchCapacity);
}

TEST_F(LoggerProcess, LeavesTheFifoOfAServiceThatIsDownAlone) {
    add_service("down");  // and nobody holds it
    const os::Fd output = add_service("web");
    start();
    EXPECT_EQ(drain("web"), 0);
    EXPECT_TRUE(is_read("web"));
    EXPECT_FALSE(is_read("down"));
    EXPECT_FALSE(os::exists(logs("down")));
}

TEST_F(LoggerProcess, LetsGoOfAServiceThatEndsBeforeItIsToldOfIt) {
    os::Fd output = add_service("web");
    say(output, "last words\n");
    // In a process of its own, since the logger is forked with what is open here.
    const pid_t keeper = fork_child();
    if (keeper == 0) ::pause();
    output = os::Fd();
    start();
    expect_text("web", "last words\n");
    ::kill(keeper, SIGKILL);
    ::waitpid(keeper, nullptr, 0);
    expect_not_read("web");
    command(CommandKind::open_log, "web");
    EXPECT_EQ(drain("web"), 0);
    EXPECT_TRUE(is_read("web"));
}

TEST_F(LoggerProcess, KeepsAServiceThatItWasToldOfThoughNobodyWrites) {
    start();
    os::Fd output = add_service("web");
    command(CommandKind::open_log, "web");
    EXPECT_EQ(drain("web"), 0);
    output = os::Fd();
    // It notices that while it carries out the first, or before.
    EXPECT_EQ(drain("web"), 0);
    EXPECT_EQ(drain("web"), 0);
    EXPECT_TRUE(is_read("web"));
}

TEST_F(LoggerProcess, LeavesInTheMiddleOfALine) {
    const os::Fd output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    say(output, "one\npass");
    expect_text("web", "one\npass");
    tell_to_leave(logger_);
    EXPECT_EQ(exit_status(), 0);
    say(output, "word\n");
    start();
    expect_text("web", "one\npassword\n");
}

TEST_F(LoggerProcess, DoesNotLeaveWhereAnotherOneWasTold) {
    const os::Fd output = add_service("web");
    tell_to_leave(1);
    start();
    command(CommandKind::open_log, "web");
    say(output, "one\n");
    EXPECT_EQ(drain("web"), 0);
    EXPECT_EQ(text_of("web"), "one\n");
}

TEST_F(LoggerProcess, ADeletedLogIsMadeAgain) {
    const os::Fd output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    say(output, "one\n");
    expect_text("web", "one\n");
    ASSERT_TRUE(os::remove_tree(logs("web")));
    say(output, "two\n");
    expect_text("web", "two\n");
    ASSERT_EQ(::unlink((logs("web") + "/current").c_str()), 0);
    say(output, "three\n");
    expect_text("web", "three\n");
}

TEST_F(LoggerProcess, AFullDiskIsReportedOnceAndTheLogGoesOnWhenThereIsRoom) {
    const os::Fd output = add_service("web");
    const os::Fd other = add_service("other");
    start();
    command(CommandKind::open_log, "web");
    command(CommandKind::open_log, "other");
    say(output, "one\n");
    expect_text("web", "one\n");
    limit_file_size(50);
    say(output, "two, which does not fit any more\n");
    const auto blocked = next_report(ReportKind::log_blocked);
    ASSERT_TRUE(blocked);
    EXPECT_EQ(blocked->service, 5U);
    EXPECT_EQ(blocked->status, EFBIG);
    EXPECT_EQ(drain("web"), EFBIG);
    say(other, "ok\n");
    expect_text("other", "ok\n");
    EXPECT_EQ(text_of("web"), "one\n");
    limit_file_size(RLIM_INFINITY);
    const auto resumed = next_report(ReportKind::log_resumed);
    ASSERT_TRUE(resumed);
    EXPECT_EQ(resumed->service, 5U);
    expect_text("web", "one\ntwo, which does not fit any more\n");
}

TEST_F(LoggerProcess, NeverWritesThroughALinkInPlaceOfTheFile) {
    const os::Fd output = add_service("web");
    ASSERT_TRUE(os::make_directories(logs("web"), 0777));
    ASSERT_EQ(::symlink((playground + "/victim").c_str(), (logs("web") + "/current").c_str()), 0);
    start();
    command(CommandKind::open_log, "web");
    const auto blocked = next_report(ReportKind::log_blocked);
    ASSERT_TRUE(blocked);
    EXPECT_EQ(blocked->status, ELOOP);
    say(output, "one\n");
    EXPECT_EQ(drain("web"), ELOOP);
    EXPECT_FALSE(os::exists(playground + "/victim"));
    ASSERT_EQ(::unlink((logs("web") + "/current").c_str()), 0);
    EXPECT_TRUE(next_report(ReportKind::log_resumed));
    expect_text("web", "one\n");
}

TEST_F(LoggerProcess, FollowsALogsDirectoryThatTheUserLinkedElsewhere) {
    const os::Fd output = add_service("web");
    ASSERT_TRUE(os::make_directories(playground + "/elsewhere", 0777));
    ASSERT_EQ(::symlink((playground + "/elsewhere").c_str(), logs("web").c_str()), 0);
    start();
    command(CommandKind::open_log, "web");
    say(output, "one\n");
    expect_text("web", "one\n");
    EXPECT_TRUE(os::exists(playground + "/elsewhere/current"));
}

TEST_F(LoggerProcess, LeavesADeletedServiceDirectoryDeletedAndGoesOnWhenItIsBack) {
    const os::Fd output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    say(output, "one\n");
    expect_text("web", "one\n");
    ASSERT_TRUE(os::remove_tree(playground));
    say(output, "two\n");
    const auto blocked = next_report(ReportKind::log_blocked);
    ASSERT_TRUE(blocked);
    EXPECT_EQ(blocked->status, ENOENT);
    EXPECT_FALSE(os::exists(playground));
    ASSERT_TRUE(os::make_directories(playground + "/web", 0777));
    EXPECT_TRUE(next_report(ReportKind::log_resumed));
    expect_text("web", "two\n");
}

TEST_F(LoggerProcess, GarbageBetweenCommandsIsSkipped) {
    const os::Fd output = add_service("web");
    start();
    ASSERT_TRUE(os::write_all(commands.get(), "garbage \x36\x63 and more"));
    command(CommandKind::fork_keeper, "web");
    command(CommandKind::open_log, "../web");
    say(output, "one\n");
    EXPECT_EQ(drain("web"), 0);
    EXPECT_EQ(text_of("web"), "one\n");
}

TEST_F(LoggerProcess, FinishWritesEverythingThenEnds) {
    const os::Fd web = add_service("web");
    const os::Fd db = add_service("db");
    say(web, std::string(50'000, 'x') + "\n");
    say(db, "one");
    command(CommandKind::finish);
    start();
    EXPECT_EQ(exit_status(), 0);
    EXPECT_EQ(text_of("web"), std::string(50'000, 'x') + "\n");
    EXPECT_EQ(text_of("db"), "one\n");
    EXPECT_EQ(os::bytes_waiting(commands.get()).value(), 0U);
}

TEST_F(LoggerProcess, AClosedLogIsWrittenToTheEndAndForgotten) {
    const os::Fd output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    say(output, "one");
    command(CommandKind::close_log, "web");
    expect_text("web", "one\n");
    say(output, "two\n");
    const os::Fd other = add_service("other");
    EXPECT_EQ(drain("other"), 0);
    EXPECT_EQ(text_of("web"), "one\n");
    command(CommandKind::open_log, "web");
    expect_text("web", "one\ntwo\n");
}

TEST_F(LoggerProcess, ProcessesThatWriteToAReplacedFifoAreNotCutOff) {
    const os::Fd old_output = add_service("web");
    start();
    command(CommandKind::open_log, "web");
    EXPECT_EQ(drain("web"), 0);
    ASSERT_TRUE(os::remove_tree(runtime.service("web")));
    const os::Fd output = add_service("web");
    command(CommandKind::open_log, "web");
    EXPECT_EQ(drain("web"), 0);
    say(output, "new\n");
    expect_text("web", "new\n");
    say(old_output, "old\n");
    expect_text("web", "new\nold\n");
}

TEST_F(LoggerProcess, IsNotHeldUpByASupervisorThatReadsNoReports) {
    const os::Fd output = add_service("web");
    start();
    for (std::uint32_t token = 1; token <= 5000; ++token) command(CommandKind::drain_log, "web", token);
    say(output, "one\n");
    expect_text("web", "one\n");
    std::uint32_t last = 0;
    while (last < 5000) {
        const auto report = next_report(ReportKind::drained);
        ASSERT_TRUE(report);
        EXPECT_GT(report->token, last);
        last = report->token;
    }
}

TEST_F(LoggerProcess, SharesItselfAmongServicesThatWriteAllAtOnce) {
    std::vector<os::Fd> outputs;
    for (int i = 0; i < 20; ++i) outputs.push_back(add_service("s" + std::to_string(i)));
    start();
    const std::string line = std::string(999, 'x') + "\n";
    for (int round = 0; round < 100; ++round) {
        for (const os::Fd& output : outputs) say(output, line);
    }
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(drain("s" + std::to_string(i)), 0);
        EXPECT_EQ(text_of("s" + std::to_string(i)).size(), 100'000U);
    }
}

TEST_F(LoggerProcess, KeepsDescriptorsForLogsWhenServicesUseThemUp) {
    std::vector<os::Fd> outputs;
    for (int i = 0; i < 30; ++i) outputs.push_back(add_service("s" + std::to_string(i)));
    // Everything above what the test itself has open is the logger's: its own few and some services.
    const rlim_t few = static_cast<rlim_t>(outputs.back().get()) + 20;
    logger_ = fork_child();
    if (logger_ == 0) {
        const rlimit limit{.rlim_cur = few, .rlim_max = few};
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ::_exit(run(runtime.root(), playground));
    }
    for (int i = 0; i < 30; ++i) command(CommandKind::open_log, "s" + std::to_string(i));
    const auto blocked = next_report(ReportKind::log_blocked);
    ASSERT_TRUE(blocked);
    EXPECT_EQ(blocked->status, EMFILE);
    say(outputs[0], "one\n");
    expect_text("s0", "one\n");
}

}  // namespace
}  // namespace logger
