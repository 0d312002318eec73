#include "protocol/process_row.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "proc_tree.h"

namespace {

// A /proc of our own making. The machine was booted at 1,000,000,000 seconds.
class AProcessRow : public testing::Test, protected ProcTree {
  protected:
    AProcessRow() { booted_at(1'000'000'000); }

    void process(const std::string& command, char state, int terminal, std::int64_t user_seconds = 3) {
        const long ticks = ::sysconf(_SC_CLK_TCK);
        ProcTree::process(12, {.parent = 11,
                               .command = command,
                               .state = state,
                               .group = 10,
                               .session = 9,
                               .terminal = terminal,
                               .user_time = user_seconds * ticks,
                               .system_time = 4 * ticks,
                               .start_time = 60 * ticks});
        user(12, 0);
    }
    [[nodiscard]] protocol::ProcessRow row() const { return protocol::row_of(proc(), 12).value(); }
};

}  // namespace

TEST_F(AProcessRow, TellsWhatPsTells) {
    process("sleep", 'S', 0);
    command_line(12, {"sleep", "infinity"});
    const protocol::ProcessRow row = this->row();
    EXPECT_EQ(row.user, "root");
    EXPECT_EQ(row.pid, 12);
    EXPECT_EQ(row.parent, 11);
    EXPECT_EQ(row.group, 10);
    EXPECT_EQ(row.session, 9);
    EXPECT_EQ(row.started, 1'000'000'060);
    EXPECT_EQ(row.cpu_seconds, 7);
    EXPECT_EQ(row.cpu, 0);
    EXPECT_EQ(row.terminal, "?");
    EXPECT_EQ(row.command, "sleep infinity");
    EXPECT_EQ(row.depth, 0);
}

TEST_F(AProcessRow, NamesTheTerminal) {
    process("sh", 'S', (136 << 8) | 5);
    EXPECT_EQ(row().terminal, "pts/5");
    process("sh", 'S', 0x2C | (136 << 8) | (0x100 << 12));
    EXPECT_EQ(row().terminal, "pts/300");
    process("sh", 'S', (4 << 8) | 1);
    EXPECT_EQ(row().terminal, "tty1");
    process("sh", 'S', (4 << 8) | 65);
    EXPECT_EQ(row().terminal, "ttyS1");
}

TEST_F(AProcessRow, NeverUsesMoreThan99Percent) {
    process("sh", 'R', 0, std::int64_t{1} << 40);
    EXPECT_EQ(row().cpu, 99);
}

TEST_F(AProcessRow, OfAProcessWithoutACommandLineHasItsNameInBrackets) {
    process("kworker/0:1", 'I', 0);
    EXPECT_EQ(row().command, "[kworker/0:1]");
    command_line(12, {});
    EXPECT_EQ(row().command, "[kworker/0:1]");
}

TEST_F(AProcessRow, OfAZombieSaysSo) {
    process("sleep", 'Z', 0);
    EXPECT_EQ(row().command, "[sleep] <defunct>");
}

TEST_F(AProcessRow, HoldsACommandOfAnyBytesAsText) {
    process("sh", 'S', 0);
    command_line(12, {"a\xFF", "b"});
    EXPECT_EQ(row().command, "a\xC3\xBF b");
}

TEST_F(AProcessRow, OfAUserWithoutAnEntryHasTheNumber) {
    process("sh", 'S', 0);
    user(12, 4'000'000'000);
    EXPECT_EQ(row().user, "4000000000");
}

TEST_F(AProcessRow, IsAnErrorWhereThereIsNoSuchProcess) {
    EXPECT_FALSE(protocol::row_of(os::Proc("/nonexistent"), 12));
}
