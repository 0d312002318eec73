#include "cli/change_texts.h"

#include <gtest/gtest.h>

#include "cli/process_table.h"

using cli::Direction;
using cli::event_text;
using protocol::Event;

namespace {

const std::vector<protocol::ProcessRow> kProcesses = {{.user = "me", .pid = 12, .command = "sleep infinity"}};

std::string table() {
    return cli::process_table(kProcesses, 0);
}

std::string learn_more() {
    return "Learn more: " + std::string(cli::kLearnMore) + "\n\n";
}

}  // namespace

TEST(ChangeTexts, NameTheServicesInTheOrderAsked) {
    EXPECT_EQ(cli::changing_text(Direction::start, {"b", "a"}), "Starting: b, a");
    EXPECT_EQ(cli::changing_text(Direction::stop, {"a"}), "Stopping: a");
    EXPECT_EQ(cli::already_text(Direction::start, {"b", "a"}), "Already started: b, a");
    EXPECT_EQ(cli::already_text(Direction::stop, {"b", "a"}), "Already stopped: b, a");
    EXPECT_EQ(cli::some_failed_text(Direction::stop, {"b", "a"}), "Some services failed to stop: b, a");
    EXPECT_EQ(cli::all_done_text(Direction::start), "All services have started");
}

TEST(ChangeTexts, SortWhatIsStillToCome) {
    EXPECT_EQ(cli::still_text(Direction::start, {"b", "a"}), "Still starting: a, b");
    EXPECT_EQ(cli::still_text(Direction::stop, {"b", "a"}), "Still stopping: a, b");
}

TEST(ChangeTexts, TellWhatHasChanged) {
    EXPECT_EQ(event_text(Direction::start, {.event = "started", .service = "a"}, 0), "[pgctl] Started: a\n");
    EXPECT_EQ(event_text(Direction::stop, {.event = "stopped", .service = "a"}, 0), "[pgctl] Stopped: a\n");
}

TEST(ChangeTexts, TellOfAFailureAfterHowLongAndWhy) {
    EXPECT_EQ(event_text(Direction::start,
                         {.event = "failed",
                          .service = "a",
                          .seconds = 2.014,
                          .reason = "its status is up (pid 12) 2 seconds"},
                         0),
              "[pgctl] ERROR: service 'a' failed to start after 2.01 seconds, its status is up (pid 12) 2 "
              "seconds\n");
}

TEST(ChangeTexts, ShowWhatDidNotStopWithoutForce) {
    EXPECT_EQ(event_text(Direction::stop,
                         {.event = "failed",
                          .service = "a",
                          .seconds = 2,
                          .reason = "these runaway processes did not stop:",
                          .processes = kProcesses},
                         0),
              "[pgctl] ERROR: service 'a' failed to stop after 2.00 seconds, these runaway processes did not "
              "stop:\n" +
                  table() +
                  "\nThis usually means these processes are buggy.\n"
                  "Normally pgctl would kill these automatically for you, but you specified the --no-force "
                  "option.\n" +
                  learn_more());
}

TEST(ChangeTexts, ShowWhatNotEvenAKillStoppedWithoutBlamingNoForce) {
    const std::string text = event_text(Direction::stop,
                                        {.event = "failed",
                                         .service = "a",
                                         .reason = "these were killed:",
                                         .killed = true,
                                         .processes = kProcesses},
                                        0);
    EXPECT_EQ(text.find("--no-force"), std::string::npos);
    EXPECT_NE(text.find(table()), std::string::npos);
}

TEST(ChangeTexts, SayWhatKeepsAKilledProcessFromEndingInsteadOfBlamingIt) {
    auto held = kProcesses;
    held.front().obstacle = "traced by 34 (strace)";
    const std::string text = event_text(Direction::stop,
                                        {.event = "failed",
                                         .service = "a",
                                         .reason = "these were killed:",
                                         .killed = true,
                                         .processes = held},
                                        0);
    EXPECT_TRUE(text.ends_with(table() + "\nProcess " + std::to_string(held.front().pid) +
                               " is traced by 34 (strace).\n\n"))
        << text;
}

TEST(ChangeTexts, ShowWhatIsKilledAtTheDeadline) {
    EXPECT_EQ(event_text(Direction::stop,
                         {.event = "runaway", .service = "a", .killed = true, .processes = kProcesses}, 0),
              "[pgctl] WARNING: Killing these runaway processes which did not stop:\n" + table() +
                  "\nThis usually means these processes are buggy.\n" + learn_more());
}

TEST(ChangeTexts, ShowWhatIsLeftOfAnEarlierLife) {
    EXPECT_EQ(event_text(Direction::start, {.event = "escaped", .service = "a", .processes = kProcesses}, 0),
              "[pgctl] WARNING: Killing these processes which were still running but escaped supervision:\n" +
                  table() + "\nThis usually means that pgctl's own processes were killed.\n" + learn_more());
}

TEST(ChangeTexts, ShowWhoseDebugSessionIsEnded) {
    EXPECT_EQ(event_text(Direction::start, {.event = "debugged", .service = "a", .processes = kProcesses}, 0),
              "[pgctl] WARNING: Ending these processes of a debug session:\n" + table() + "\n");
}

TEST(ChangeTexts, SayThatAStopHasOvertakenAStart) {
    EXPECT_EQ(event_text(Direction::start,
                         {.event = "overtaken", .service = "a", .seconds = 0.5, .reason = "stop"}, 0),
              "[pgctl] ERROR: service 'a' failed to start after 0.50 seconds, another pgctl command has "
              "asked it to stop\n");
}

TEST(ChangeTexts, PassANoticeOnInOneLine) {
    EXPECT_EQ(event_text(Direction::start, {.event = "notice", .reason = "one\ntwo"}, 0),
              "[pgctl] one\\ntwo\n");
}

TEST(ChangeTexts, HaveNothingToSayOfTheEndAndOfEventsToCome) {
    EXPECT_EQ(event_text(Direction::start, {.event = "end", .last = true}, 0), "");
    EXPECT_EQ(event_text(Direction::start, {.event = "something new", .service = "a"}, 0), "");
}

TEST(ChangeTexts, KnowWhichEventsDecide) {
    for (const char* event : {"started", "stopped", "failed", "overtaken"})
        EXPECT_TRUE(cli::is_decision({.event = event})) << event;
    for (const char* event : {"runaway", "escaped", "debugged", "notice", "end"})
        EXPECT_FALSE(cli::is_decision({.event = event})) << event;
}
