#include "protocol/records.h"

#include <gtest/gtest.h>
#include <limits.h>

#include <string>

#include "protocol/keeper_signals.h"
#include "protocol/runtime_directory.h"

using protocol::Command;
using protocol::Report;

TEST(ARecord, IsWrittenWholeOrNotAtAll) {
    EXPECT_EQ(sizeof(Report), 64u);
    EXPECT_EQ(sizeof(Command), 288u);
    EXPECT_LE(sizeof(Command), static_cast<size_t>(PIPE_BUF));
    // A buffer of 4096 bytes holds a number of whole reports, so no read splits one.
    EXPECT_EQ(4096 % sizeof(Report), 0u);
}

TEST(ARecord, IsKnownByItsMagic) {
    EXPECT_EQ(Report{}.magic, protocol::kRecordMagic);
    EXPECT_EQ(Command{}.magic, protocol::kRecordMagic);
}

TEST(ACommand, HoldsAnyNameOfADirectory) {
    for (const size_t size : {0, 1, 254, 255}) {
        Command command;
        command.set_name(std::string(size, 'x'));
        EXPECT_EQ(std::string(command.name), std::string(size, 'x'));
    }
}

TEST(ACommand, CutsWhatIsNoName) {
    Command command;
    command.set_name(std::string(256, 'x'));
    EXPECT_EQ(std::string(command.name), std::string(255, 'x'));
    command.set_name("web");
    EXPECT_STREQ(command.name, "web");
}

TEST(KeeperSignals, AreRealTimeSignalsOfTheirOwn) {
    EXPECT_GT(protocol::spawn_signal(), SIGRTMIN);
    // The lowest is taken first (man 7 signal), so news are told after the life that was commanded before.
    EXPECT_LT(protocol::spawn_signal(), protocol::report_signal());
    EXPECT_LT(protocol::report_signal(), protocol::release_signal());
    EXPECT_LE(protocol::release_signal(), SIGRTMAX);
}

TEST(ARuntimeDirectory, IsBelowPghomeByThePathOfThePlayground) {
    const protocol::RuntimeDirectory directory("/run/user/1/pgctl", "/home/me/playground");
    EXPECT_EQ(directory.root(), "/run/user/1/pgctl/home/me/playground/.pgctl");
    EXPECT_EQ(directory.root(), protocol::RuntimeDirectory(directory.root()).root());
}

TEST(ARuntimeDirectory, NamesEverythingInIt) {
    const protocol::RuntimeDirectory directory("/r");
    EXPECT_EQ(directory.socket(), "/r/control.sock");
    EXPECT_EQ(directory.lock(), "/r/lock");
    EXPECT_EQ(directory.reports(), "/r/events");
    EXPECT_EQ(directory.keeper_commands(), "/r/keeper");
    EXPECT_EQ(directory.logger_commands(), "/r/logger");
    EXPECT_EQ(directory.state(), "/r/state");
    EXPECT_EQ(directory.log_journal(), "/r/log-journal");
    EXPECT_EQ(directory.services(), "/r/services");
    EXPECT_EQ(directory.service("web"), "/r/services/web");
    EXPECT_EQ(directory.spawn_file("web"), "/r/services/web/spawn");
    EXPECT_EQ(directory.output("web"), "/r/services/web/output");
    EXPECT_EQ(directory.debug_mark("web"), "/r/services/web/debug");
    EXPECT_EQ(directory.notification("web"), "/r/services/web/notify");
}
