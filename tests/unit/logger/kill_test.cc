// The real logger in a process of its own, killed again and again while a service writes as fast as it can.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "logger/logger.h"
#include "playground_fixture.h"

namespace logger {
namespace {

using protocol::CommandKind;
using protocol::ReportKind;

constexpr int kKills = 50;

pid_t start_logger(const PlaygroundFixture& fixture) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run(fixture.runtime.root(), fixture.playground));
    return child;
}

void kill_and_reap(pid_t process) {
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
}

// Numbered lines of different lengths, in writes that end anywhere in a line.
pid_t start_writer(const os::Fd& output, int lines) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    std::string text;
    for (int line = 0; line < lines; ++line) {
        text +=
            "line " + std::to_string(line) + " " + std::string(static_cast<size_t>(line % 200), 'x') + "\n";
        if (text.size() < 5000) continue;
        if (!os::write_all(output.get(), text.substr(0, 5000))) ::_exit(1);
        text.erase(0, 5000);
    }
    ::_exit(os::write_all(output.get(), text) ? 0 : 1);
}

off_t log_size(const PlaygroundFixture& fixture) {
    struct stat found {};
    return ::stat((fixture.logs("web") + "/current").c_str(), &found) == 0 ? found.st_size : 0;
}

// Until the log has changed by so many bytes: a moment in the middle of the work, wherever that is.
void wait_for_growth(const PlaygroundFixture& fixture, off_t bytes, pid_t writer) {
    const off_t start = log_size(fixture);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::abs(log_size(fixture) - start) < bytes && std::chrono::steady_clock::now() < deadline) {
        if (::waitid(P_PID, static_cast<id_t>(writer), nullptr, WEXITED | WNOHANG | WNOWAIT) != 0) return;
    }
}

void expect_numbered_lines(const std::string& log, int lines) {
    size_t at = 0;
    for (int line = 0; line < lines; ++line) {
        const size_t end = log.find('\n', at);
        ASSERT_NE(end, std::string::npos) << "the log ends before line " << line;
        const std::string expected =
            "line " + std::to_string(line) + " " + std::string(static_cast<size_t>(line % 200), 'x');
        ASSERT_EQ(log.substr(at, end - at).substr(31), expected);
        at = end + 1;
    }
    EXPECT_EQ(at, log.size());
}

TEST(LoggerKilled, AtAnyMomentUnderLoadLosesAndRepeatsNothing) {
    constexpr int kLines = 300'000;
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    pid_t logger = start_logger(fixture);
    fixture.command(CommandKind::open_log, "web");
    const pid_t writer = start_writer(output, kLines);
    std::mt19937 random(std::random_device{}());
    int kills = 0;
    for (; kills < kKills; ++kills) {
        wait_for_growth(fixture, std::uniform_int_distribution<off_t>(1, 500'000)(random), writer);
        if (::waitpid(writer, nullptr, WNOHANG) == writer) break;
        kill_and_reap(logger);
        logger = start_logger(fixture);
    }
    fixture.command(CommandKind::open_log, "web");
    ::waitpid(writer, nullptr, 0);
    fixture.command(CommandKind::drain_log, "web", 7);
    const auto drained = fixture.next_report(ReportKind::drained);
    ASSERT_TRUE(drained);
    EXPECT_EQ(drained->token, 7U);
    EXPECT_EQ(drained->status, 0);
    EXPECT_GE(kills, kKills / 2);
    expect_numbered_lines(fixture.whole_log("web"), kLines);
    fixture.command(CommandKind::finish);
    int status = -1;
    ::waitpid(logger, &status, 0);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace logger
