#include "cli/process_table.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

using cli::process_table;
using protocol::ProcessRow;

namespace {

constexpr std::int64_t kNoon = 1'795'348'800;  // 2026-11-22 12:00:00 UTC
constexpr std::int64_t kDay = 86400;
constexpr const char* kHeader = "UID        PID  PPID  PGID   SID  C STIME TTY      STAT   TIME CMD\n";

class ProcessTable : public testing::Test {
  protected:
    ProcessTable() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
    static ProcessRow row(int pid, int depth, const std::string& command) {
        return {.user = "root",
                .pid = pid,
                .parent = 1,
                .group = pid,
                .session = pid,
                .started = kNoon,
                .terminal = "?",
                .state = "S",
                .command = command,
                .depth = depth};
    }
    static std::string only_line(const ProcessRow& row) {
        const std::string table = process_table({row}, kNoon);
        return table.substr(table.find('\n') + 1);
    }
};

}  // namespace

TEST_F(ProcessTable, HasTheColumnsOfPs) {
    const ProcessRow shell{.user = "root",
                           .pid = 26399,
                           .parent = 26398,
                           .group = 26399,
                           .session = 26399,
                           .cpu = 7,
                           .started = kNoon + 61,
                           .terminal = "pts/3",
                           .state = "Ss",
                           .cpu_seconds = 605,
                           .command = "bash -c true"};
    EXPECT_EQ(process_table({shell}, kNoon),
              std::string(kHeader) +
                  "root     26399 26398 26399 26399  7 12:01 pts/3    Ss    10:05 bash -c true\n");
}

TEST_F(ProcessTable, IsNothingWithoutProcesses) {
    EXPECT_EQ(process_table({}, kNoon), "");
}

// ps drew this for: 1 with the children 2 and 5, 2 with the children 3 and 4, 3 with the child 30, 4 with the
// child 40.
TEST_F(ProcessTable, DrawsChildrenBelowTheirParents) {
    const std::string table =
        process_table({row(1, 0, "one"), row(2, 1, "two"), row(3, 2, "three"), row(30, 3, "thirty"),
                       row(4, 2, "four"), row(40, 3, "forty"), row(5, 1, "five"), row(6, 0, "six")},
                      kNoon);
    const size_t column = std::string(kHeader).find("CMD");
    std::string commands;
    for (size_t begin = table.find('\n') + 1; begin < table.size(); begin = table.find('\n', begin) + 1)
        commands += table.substr(begin + column, table.find('\n', begin) - begin - column + 1);
    EXPECT_EQ(commands,
              "one\n"
              " \\_ two\n"
              " |   \\_ three\n"
              " |   |   \\_ thirty\n"
              " |   \\_ four\n"
              " |       \\_ forty\n"
              " \\_ five\n"
              "six\n");
}

TEST_F(ProcessTable, ShowsAnEarlierStartAsADayOrAYear) {
    ProcessRow process = row(9, 0, "x");
    process.started = kNoon - kDay;
    EXPECT_NE(only_line(process).find(" Nov21 "), std::string::npos);
    process.started = kNoon - 400 * kDay;
    EXPECT_NE(only_line(process).find("  2025 "), std::string::npos);
}

TEST_F(ProcessTable, CutsLongUserNamesAndWidensForLargePids) {
    ProcessRow process = row(4194303, 0, "x");
    process.user = "a-long-name";
    EXPECT_EQ(only_line(process),
              "a-long-+ 4194303       1 4194303 4194303  0 12:00 ?        S      0:00 x\n");
    EXPECT_TRUE(process_table({process}, kNoon).starts_with("UID          PID    PPID    PGID     SID  C "));
}

TEST_F(ProcessTable, MakesOddBytesOfACommandHarmless) {
    EXPECT_TRUE(only_line(row(9, 0, "sh -c a\nb\x1b[2J")).ends_with(" sh -c a\\nb\\x1b[2J\n"));
    EXPECT_TRUE(only_line(row(9, 0, "caf\u00e9")).ends_with(" caf\\xe9\n"));
    EXPECT_TRUE(only_line(row(9, 0, "\u00c3\u00a9")).ends_with(" \u00e9\n"));
}
