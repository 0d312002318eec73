#include "protocol/process_row.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

// A /proc of our own making. The machine was booted at 1,000,000,000 seconds.
class AProcessRow : public testing::Test {
  protected:
    AProcessRow() {
        std::string pattern = (std::filesystem::temp_directory_path() / "pgctl-protocol-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
        file("stat", "cpu 1 2 3\nbtime 1000000000\nprocesses 9\n");
    }
    ~AProcessRow() override { std::filesystem::remove_all(root_); }

    void file(const std::string& path, const std::string& content) {
        std::filesystem::create_directories(std::filesystem::path(root_ + "/" + path).parent_path());
        std::ofstream(root_ + "/" + path, std::ios::binary) << content;
    }
    void process(const std::string& command, char state, int terminal, std::int64_t user_seconds = 3) {
        const long ticks = ::sysconf(_SC_CLK_TCK);
        file("12/stat", "12 (" + command + ") " + state + " 11 10 9 " + std::to_string(terminal) +
                            " -1 0 0 0 0 0 " + std::to_string(user_seconds * ticks) + " " +
                            std::to_string(4 * ticks) + " 0 0 20 0 1 0 " + std::to_string(60 * ticks) +
                            " 0 0\n");
        file("12/status", "Name:\tx\nUid:\t5\t0\t0\t0\n");
    }
    [[nodiscard]] protocol::ProcessRow row() const { return protocol::row_of(os::Proc(root_), 12).value(); }

  private:
    std::string root_;
};

}  // namespace

TEST_F(AProcessRow, TellsWhatPsTells) {
    process("sleep", 'S', 0);
    file("12/cmdline", std::string("sleep\0infinity\0", 15));
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
}

TEST_F(AProcessRow, NeverUsesMoreThan99Percent) {
    process("sh", 'R', 0, std::int64_t{1} << 40);
    EXPECT_EQ(row().cpu, 99);
}

TEST_F(AProcessRow, OfAProcessWithoutACommandLineHasItsNameInBrackets) {
    process("kworker/0:1", 'I', 0);
    EXPECT_EQ(row().command, "[kworker/0:1]");
    file("12/cmdline", "");
    EXPECT_EQ(row().command, "[kworker/0:1]");
}

TEST_F(AProcessRow, OfAZombieSaysSo) {
    process("sleep", 'Z', 0);
    EXPECT_EQ(row().command, "[sleep] <defunct>");
}

TEST_F(AProcessRow, HoldsACommandOfAnyBytesAsText) {
    process("sh", 'S', 0);
    file("12/cmdline", std::string("a\xFF\0b\0", 5));
    EXPECT_EQ(row().command, "a\xC3\xBF b");
}

TEST_F(AProcessRow, OfAUserWithoutAnEntryHasTheNumber) {
    process("sh", 'S', 0);
    file("12/status", "Name:\tx\nUid:\t5\t4000000000\t0\t0\n");
    EXPECT_EQ(row().user, "4000000000");
}

TEST_F(AProcessRow, IsAnErrorWhereThereIsNoSuchProcess) {
    EXPECT_FALSE(protocol::row_of(os::Proc("/nonexistent"), 12));
}
