#include "logger/commands.h"

#include <gtest/gtest.h>

namespace logger {
namespace {

using protocol::Command;
using protocol::CommandKind;

std::string bytes_of(CommandKind kind, std::string_view name = "") {
    Command command{.kind = kind};
    command.set_name(name);
    return {reinterpret_cast<const char*>(&command), sizeof command};
}

TEST(ScanCommand, FindsAWholeRecord) {
    const auto scanned = scan_command(bytes_of(CommandKind::open_log, "web"));
    ASSERT_TRUE(scanned.command);
    EXPECT_EQ(scanned.skip, 0U);
    EXPECT_EQ(scanned.command->kind, CommandKind::open_log);
    EXPECT_STREQ(scanned.command->name, "web");
}

TEST(ScanCommand, SkipsGarbageBeforeARecord) {
    const auto scanned = scan_command("garbage" + bytes_of(CommandKind::finish));
    ASSERT_TRUE(scanned.command);
    EXPECT_EQ(scanned.skip, 7U);
}

TEST(ScanCommand, LeavesTheBeginningOfARecordForLater) {
    const std::string record = bytes_of(CommandKind::finish);
    for (size_t length = 0; length < record.size(); ++length) {
        const auto scanned = scan_command("garbage" + record.substr(0, length));
        EXPECT_FALSE(scanned.command);
        EXPECT_EQ(scanned.skip, 7U) << length;
    }
}

TEST(ScanCommand, ARecordWithANameThatEscapesIsGarbage) {
    for (const char* const name : {"", ".", "..", "a/b", "/etc"}) {
        const auto scanned =
            scan_command(bytes_of(CommandKind::open_log, name) + bytes_of(CommandKind::finish));
        ASSERT_TRUE(scanned.command) << name;
        EXPECT_EQ(scanned.skip, sizeof(Command));
        EXPECT_EQ(scanned.command->kind, CommandKind::finish);
    }
}

TEST(ScanCommand, ARecordWhoseNameHasNoEndIsGarbage) {
    std::string record = bytes_of(CommandKind::open_log, "web");
    std::fill(record.end() - protocol::kNameCapacity, record.end(), 'x');
    const auto scanned = scan_command(record);
    EXPECT_FALSE(scanned.command);
    EXPECT_EQ(scanned.skip, record.size());
}

TEST(ScanCommand, ACommandForSomebodyElseIsGarbage) {
    const auto scanned = scan_command(bytes_of(CommandKind::fork_keeper, "web"));
    EXPECT_FALSE(scanned.command);
}

}  // namespace
}  // namespace logger
