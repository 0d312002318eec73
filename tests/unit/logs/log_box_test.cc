#include "logs/log_box.h"

#include <gtest/gtest.h>

#include "temporary_directory.h"

namespace logs {
namespace {

std::string spaces(int count) {
    return std::string(static_cast<size_t>(count), ' ');
}

// As pgctl 5.2.1 draws it (log_viewer.py), in a terminal of 12 columns.
std::string expected_box(const std::string& title, const std::vector<std::string>& rows) {
    std::string text = "\x1b[?7l" + title + "\n\x1b[?7h\x1b[?7l\x1b[?25l\x1b[1m╔═════════╗\x1b[0K\x1b[0m\n";
    for (size_t row = 0; row < 18; ++row) {
        const std::string content = row < rows.size() ? rows[row] : spaces(9);
        text += "\x1b[1m║\x1b[0m" + content + "\x1b[11G\x1b[1m║\x1b[0K\x1b[0m\n";
    }
    return text + "╚═════════╝\x1b[0K\x1b[0m\n\x1b[?7h\x1b[?25h";
}

TEST(DrawnLogBox, IsTheBoxOfOldWithEveryLineCutAtIt) {
    EXPECT_EQ(drawn_log_box("Still starting: a, b", {"[a] 123456789", "[b] x"}, 12),
              expected_box("Still starting: a, b", {"[a] 12345", "[b] x    "}));
}

TEST(DrawnLogBox, ShowsTheLastLines) {
    std::vector<std::string> lines;
    for (int line = 100; line < 130; ++line) lines.push_back("line " + std::to_string(line) + " ");
    EXPECT_EQ(drawn_log_box("t", lines, 12), expected_box("t", {lines.begin() + 12, lines.end()}));
}

TEST(DrawnLogBox, IsEightyColumnsWideWhereTheTerminalHasNone) {
    EXPECT_EQ(drawn_log_box("t", {}, 0), drawn_log_box("t", {}, 80));
}

class LogBoxTest : public testing::Test {
  protected:
    LogBoxTest() {
        directory.file("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
        box.add_service("a", directory.at("a"));
        box.add_service("b", directory.at("b"));
    }

    TemporaryDirectory directory;
    LogBox box;
};

TEST_F(LogBoxTest, ShowsTheLastTenLinesThenEveryNewOne) {
    EXPECT_TRUE(box.poll(80));
    const std::string first = box.redraw("t", {}, 80);
    EXPECT_FALSE(first.contains("[a] 2 "));
    EXPECT_TRUE(first.contains("[a] 3 "));
    EXPECT_FALSE(box.poll(80));
    directory.append("b", "new\nunfinished");
    EXPECT_TRUE(box.poll(80));
    EXPECT_TRUE(box.redraw("t", {}, 80).contains("[b] new "));
    EXPECT_FALSE(box.redraw("t", {}, 80).contains("unfin"));
    directory.append("b", " no more\n");
    EXPECT_TRUE(box.poll(80));
    EXPECT_TRUE(box.redraw("t", {}, 80).contains("[b] unfinished no more "));
}

TEST_F(LogBoxTest, IsDrawnOverTheOneBefore) {
    EXPECT_TRUE(
        box.redraw("t", {"[pgctl] Started: b"}, 80).starts_with("\x1b[0J[pgctl] Started: b\n\x1b[?7lt\n"));
    EXPECT_TRUE(box.redraw("t", {}, 80).starts_with("\x1b[21F\x1b[0J\x1b[?7lt\n"));
    EXPECT_EQ(box.redraw("", {"[pgctl] Started: a"}, 80), "\x1b[21F\x1b[0J[pgctl] Started: a\n");
    EXPECT_EQ(box.redraw("", {"more"}, 80), "\x1b[0Jmore\n");
}

TEST_F(LogBoxTest, IsOutOfDateWhenTheTerminalHasAnotherWidth) {
    (void)box.poll(80);
    (void)box.redraw("t", {}, 80);
    EXPECT_FALSE(box.poll(80));
    EXPECT_TRUE(box.poll(81));
}

TEST_F(LogBoxTest, NothingOfAServiceThatIsDoneIsAdded) {
    (void)box.poll(80);
    (void)box.redraw("t", {}, 80);
    box.stop("a");
    directory.append("a", "too late\n");
    EXPECT_FALSE(box.poll(80));
    EXPECT_TRUE(box.redraw("t", {}, 80).contains("[a] 12 "));
}

TEST_F(LogBoxTest, ALineWithEscapeSequencesCannotLeaveTheBox) {
    directory.append("a", "\x1b[2J\x1b[H\x1b]0;title\aharmless\r\n");
    (void)box.poll(80);
    EXPECT_TRUE(box.redraw("t", {}, 80).contains("[a] harmless "));
}

}  // namespace
}  // namespace logs
