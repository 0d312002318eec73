// The real logger in a process of its own, killed again and again while a service writes as fast as it can.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <random>

#include "logger/logger.h"
#include "logs/stamp.h"
#include "playground_fixture.h"

namespace logger {
namespace {

using protocol::CommandKind;
using protocol::ReportKind;

constexpr int kKills = 50;

pid_t start_logger(const PlaygroundFixture& fixture) {
    const pid_t child = fork_child();
    if (child == 0) ::_exit(run(fixture.runtime.root(), fixture.playground));
    return child;
}

void kill_and_reap(pid_t process) {
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
}

// What the test and its writer share.
struct Shared {
    std::atomic<bool> stop = false;
    std::atomic<int> written = 0;
};

Shared& make_shared_memory() {
    void* const memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return *new (memory) Shared;
}

std::string numbered_line(int line) {
    return "line " + std::to_string(line) + " " + std::string(static_cast<size_t>(line % 200), 'x') + "\n";
}

// Numbered lines of different lengths as fast as they go, in writes that end anywhere in a line, until it
// shall stop.
pid_t start_writer(const os::Fd& output, Shared& shared) {
    const pid_t child = fork_child();
    if (child != 0) return child;
    std::string text;
    int line = 0;
    while (!shared.stop) {
        while (text.size() < 5000) text += numbered_line(line++);
        if (!os::write_all(output.get(), text.substr(0, 5000))) ::_exit(1);
        text.erase(0, 5000);
    }
    shared.written = line;
    ::_exit(os::write_all(output.get(), text) ? 0 : 1);
}

off_t log_size(const PlaygroundFixture& fixture) {
    struct stat found {};
    return ::stat((fixture.logs("web") + "/current").c_str(), &found) == 0 ? found.st_size : 0;
}

// Until the log has changed by so many bytes: a moment in the middle of the work, wherever that is.
void wait_for_growth(const PlaygroundFixture& fixture, off_t bytes) {
    const off_t start = log_size(fixture);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::abs(log_size(fixture) - start) < bytes && std::chrono::steady_clock::now() < deadline) {
    }
}

int number_of(const std::string& log, size_t at) {
    return std::atoi(log.c_str() + at + logs::kStampSize + std::strlen("line "));
}

// From the first one that rotation has left.
void expect_numbered_lines_up_to(const std::string& log, int lines) {
    size_t at = 0;
    for (int line = number_of(log, 0); line < lines; ++line) {
        const size_t end = log.find('\n', at);
        ASSERT_NE(end, std::string::npos) << "the log ends before line " << line;
        ASSERT_EQ(log.substr(at + logs::kStampSize, end + 1 - at - logs::kStampSize), numbered_line(line));
        at = end + 1;
    }
    EXPECT_EQ(at, log.size());
}

TEST(LoggerKilled, AtAnyMomentUnderLoadLosesAndRepeatsNothing) {
    PlaygroundFixture fixture;
    Shared& shared = make_shared_memory();
    const os::Fd output = fixture.add_service("web");
    pid_t logger = start_logger(fixture);
    fixture.command(CommandKind::open_log, "web");
    const pid_t writer = start_writer(output, shared);
    std::mt19937 random(std::random_device{}());
    for (int kills = 0; kills < kKills; ++kills) {
        wait_for_growth(fixture, std::uniform_int_distribution<off_t>(1, 400'000)(random));
        kill_and_reap(logger);
        logger = start_logger(fixture);
    }
    shared.stop = true;
    ::waitpid(writer, nullptr, 0);
    fixture.command(CommandKind::drain_log, "web", 7);
    const auto drained = fixture.next_report(ReportKind::drained);
    ASSERT_TRUE(drained);
    EXPECT_EQ(drained->token, 7U);
    EXPECT_EQ(drained->status, 0);
    expect_numbered_lines_up_to(fixture.whole_log("web"), shared.written);
    fixture.command(CommandKind::finish);
    int status = -1;
    ::waitpid(logger, &status, 0);
    EXPECT_EQ(status, 0);
    ::munmap(&shared, sizeof shared);
}

}  // namespace
}  // namespace logger
