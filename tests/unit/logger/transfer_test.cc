#include "logger/transfer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "logger/log_files.h"
#include "logger/output_fifo.h"
#include "logger/recovery.h"
#include "playground_fixture.h"

namespace logger {
namespace {

constexpr logs::WallTime kNow{.seconds = 1'000'000'000, .nanoseconds = 5};

// Of kNow in the time zone of the tests.
std::string stamp() {
    return std::string(logs::Stamper().stamp(kNow));
}

// What a logger does from its start until the FIFO is empty, with one clock for all of them.
void work(const PlaygroundFixture& fixture, logs::Rotation rotation, logs::Seam after_step = {}) {
    auto journal = Journal::open(fixture.runtime.log_journal(), "boot");
    auto peek = os::PipePeek::make();
    ASSERT_TRUE(journal && peek);
    ASSERT_TRUE(recover(*journal, *peek, fixture.runtime, fixture.playground));
    auto output = open_output(fixture.runtime.output("web"));
    LogFiles files(fixture.playground);
    auto file = files.open("web");
    ASSERT_TRUE(output && file);
    Transfer transfer(*journal, *peek,
                      {.rotation = rotation, .clock = [] { return kNow; }, .after_step = after_step});
    const Source source{.service = "web", .fifo = output->fd.get(), .identity = output->identity};
    base::Result<size_t> moved;
    do {
        moved = transfer.move_batch(source, **file);
    } while (moved);
    EXPECT_TRUE(is_empty(moved.error())) << moved.error().message();
}

// The same in a process that ends without a word after so many steps. False: it had fewer.
bool work_that_ends_after(int steps, const PlaygroundFixture& fixture, logs::Rotation rotation) {
    const pid_t child = fork_child();
    if (child == 0) {
        work(fixture, rotation, [left = steps]() mutable {
            if (--left == 0) ::_exit(77);
        });
        ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WEXITSTATUS(status) == 77;
}

void write_to(const os::Fd& output, const std::string& text) {
    ASSERT_TRUE(os::write_all(output.get(), text));
}

TEST(Transfer, StampsEachLineAndGoesOnWithAnUnfinishedOne) {
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    write_to(output, "one\ntw");
    work(fixture, {});
    EXPECT_EQ(fixture.current("web"), stamp() + "one\n" + stamp() + "tw");
    write_to(output, "o\n\nthree\n");
    work(fixture, {});
    EXPECT_EQ(fixture.current("web"),
              stamp() + "one\n" + stamp() + "two\n" + stamp() + "\n" + stamp() + "three\n");
}

TEST(Transfer, LeavesNothingButLogFilesInTheServicesDirectory) {
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    write_to(output, "one\n");
    work(fixture, {});
    EXPECT_EQ(os::list_directory(fixture.playground + "/web").value(), std::vector<std::string>{"logs"});
    EXPECT_EQ(os::list_directory(fixture.logs("web")).value(), std::vector<std::string>{"current"});
}

// Lines of 100 bytes, an unfinished one at the end, and files of 4 KiB: every step of writing and of rotating
// is in it.
TEST(Transfer, WhoeverEndsAfterAnyStepIsFollowedByOneThatNeitherLosesNorRepeatsAByte) {
    std::string text;
    for (int line = 0; line < 110; ++line) text += std::string(60, static_cast<char>('a' + line % 26)) + '\n';
    text += "unfinished";
    const logs::Rotation rotation{.max_bytes = 4096, .old_files = 100};
    PlaygroundFixture undisturbed;
    const os::Fd undisturbed_output = undisturbed.add_service("web");
    write_to(undisturbed_output, text);
    work(undisturbed, rotation);
    const std::string expected = undisturbed.whole_log("web");
    ASSERT_GT(logs::archives_among(os::list_directory(undisturbed.logs("web")).value()).size(), 1U);

    int step = 1;
    for (bool ended_early = true; ended_early; ++step) {
        PlaygroundFixture fixture;
        const os::Fd output = fixture.add_service("web");
        write_to(output, text);
        ended_early = work_that_ends_after(step, fixture, rotation);
        work(fixture, rotation);
        ASSERT_EQ(fixture.whole_log("web"), expected) << "ended after step " << step;
    }
    EXPECT_GT(step, 20);
}

TEST(Transfer, EveryLoggerMayEndAtTheSameStepAgainAndAgain) {
    const logs::Rotation rotation{.max_bytes = 4096, .old_files = 100};
    for (int step = 1; step <= 7; ++step) {
        PlaygroundFixture fixture;
        const os::Fd output = fixture.add_service("web");
        std::string expected;
        for (int life = 0; life < 10; ++life) {
            write_to(output, "life " + std::to_string(life) + "\n");
            expected += stamp() + "life " + std::to_string(life) + "\n";
            (void)work_that_ends_after(step, fixture, rotation);
        }
        work(fixture, rotation);
        EXPECT_EQ(fixture.whole_log("web"), expected) << "ended at step " << step;
    }
}

TEST(Transfer, ABatchThatMeetsAFullDiskIsTakenBackAndWaitsInTheFifo) {
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    write_to(output, "before\n");
    work(fixture, {});
    const std::string before = fixture.current("web");
    auto journal = Journal::open(fixture.runtime.log_journal(), "boot");
    auto peek = os::PipePeek::make();
    auto fifo = open_output(fixture.runtime.output("web"));
    auto file = logs::LogFile::open(fixture.logs("web"));
    ASSERT_TRUE(journal && peek && fifo && file);
    Transfer transfer(*journal, *peek, {.clock = [] { return kNow; }});
    write_to(output, std::string(1000, 'x') + "\n");
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit unlimited{};
    ::getrlimit(RLIMIT_FSIZE, &unlimited);
    const rlimit tight{.rlim_cur = before.size() + 100, .rlim_max = unlimited.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    const Source source{.service = "web", .fifo = fifo->fd.get(), .identity = fifo->identity};
    const auto moved = transfer.move_batch(source, *file);
    ::setrlimit(RLIMIT_FSIZE, &unlimited);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().number, EFBIG);
    EXPECT_EQ(fixture.current("web"), before);
    EXPECT_EQ(journal->phase(), Phase::idle);
    ASSERT_TRUE(transfer.move_batch(source, *file));
    EXPECT_EQ(fixture.current("web"), before + stamp() + std::string(1000, 'x') + "\n");
}

TEST(Transfer, EndsAnUnfinishedLineOnce) {
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    write_to(output, "no end");
    work(fixture, {});
    auto journal = Journal::open(fixture.runtime.log_journal(), "boot");
    auto peek = os::PipePeek::make();
    auto file = logs::LogFile::open(fixture.logs("web"));
    Transfer transfer(*journal, *peek, {});
    ASSERT_TRUE(transfer.end_line(*file));
    ASSERT_TRUE(transfer.end_line(*file));
    EXPECT_EQ(fixture.current("web"), stamp() + "no end\n");
}

TEST(Transfer, AServiceThatWritesPacketsLosesNothing) {
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    ASSERT_EQ(::fcntl(output.get(), F_SETFL, O_DIRECT), 0);
    write_to(output, "one\n");
    write_to(output, "two\nthree\n");
    write_to(output, "four\n");
    work(fixture, {});
    EXPECT_EQ(fixture.current("web"),
              stamp() + "one\n" + stamp() + "two\n" + stamp() + "three\n" + stamp() + "four\n");
}

TEST(Recovery, DoesNothingWithoutTheBytesInThePipe) {
    EXPECT_EQ(decide_recovery(Phase::writing, false, false), Recovery::nothing);
    EXPECT_EQ(decide_recovery(Phase::consuming, false, false), Recovery::nothing);
    EXPECT_EQ(decide_recovery(Phase::idle, false, true), Recovery::nothing);
}

TEST(Recovery, TakesBackWhatWasBeingWrittenAndFinishesWhatWasBeingConsumed) {
    EXPECT_EQ(decide_recovery(Phase::writing, false, true), Recovery::undo_write);
    EXPECT_EQ(decide_recovery(Phase::consuming, false, true), Recovery::finish_consuming);
    EXPECT_EQ(decide_recovery(Phase::consuming, true, true), Recovery::nothing);
}

TEST(Recovery, KeepsTheLogOfAnEarlierBoot) {
    PlaygroundFixture fixture;
    os::Fd output = fixture.add_service("web");
    write_to(output, "one\n");
    // Ends with the batch written but not consumed; then the machine is started anew.
    ASSERT_TRUE(work_that_ends_after(3, fixture, {}));
    ASSERT_EQ(fixture.current("web"), stamp() + "one\n");
    auto journal = Journal::open(fixture.runtime.log_journal(), "another boot");
    ASSERT_TRUE(journal);
    EXPECT_EQ(journal->phase(), Phase::idle);
}

TEST(Recovery, AJournalOfGarbageCountsAsNone) {
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    write_to(output, "one\n");
    ASSERT_TRUE(work_that_ends_after(3, fixture, {}));
    const std::string whole = os::read_file(fixture.runtime.log_journal()).value();
    // The magic and the boot stay; every other part of the head is overwritten in turn.
    for (size_t at = 48; at < 4096; at += 64) {
        std::string garbled = whole;
        garbled.replace(at, 64, std::string(64, '\xee'));
        const auto file = os::open(fixture.runtime.log_journal(), O_WRONLY | O_TRUNC);
        ASSERT_TRUE(os::write_all(file->get(), garbled));
        auto journal = Journal::open(fixture.runtime.log_journal(), "boot");
        auto peek = os::PipePeek::make();
        ASSERT_TRUE(journal && peek);
        EXPECT_TRUE(recover(*journal, *peek, fixture.runtime, fixture.playground)) << at;
    }
}

TEST(Recovery, WhatCannotBeTakenBackNowIsOwedAndTakenBackBeforeTheLogGoesOn) {
    PlaygroundFixture fixture;
    const os::Fd output = fixture.add_service("web");
    write_to(output, "one\n");
    ASSERT_TRUE(work_that_ends_after(3, fixture, {}));
    auto journal = Journal::open(fixture.runtime.log_journal(), "boot");
    ASSERT_TRUE(journal);
    ASSERT_EQ(journal->phase(), Phase::writing);
    ASSERT_TRUE(journal->owe_undo());
    EXPECT_EQ(journal->phase(), Phase::idle);
    ASSERT_NE(journal->owed_undo("web"), nullptr);
    ASSERT_TRUE(settle(*journal, "web", fixture.logs("web")));
    EXPECT_FALSE(journal->owes_undo());
    EXPECT_EQ(fixture.current("web"), "");
}

}  // namespace
}  // namespace logger
