#include "logs/line_layout.h"

#include <gtest/gtest.h>

#include <string>

namespace logs {
namespace {

const std::string kStamp(31, '#');

struct Laid {
    std::string text;
    size_t taken;
    bool rotate_first;
};

Laid lay(std::string_view batch, bool mid_line = false, FileRoom room = {.size = 0, .max_bytes = 10485760}) {
    static std::string out(200'000, '\0');
    const Layout layout = lay_out(batch, mid_line, kStamp, room, out);
    return {.text = out.substr(0, layout.laid), .taken = layout.taken, .rotate_first = layout.rotate_first};
}

TEST(LineLayout, StampsEveryLine) {
    EXPECT_EQ(lay("one\n\ntwo\n").text, kStamp + "one\n" + kStamp + "\n" + kStamp + "two\n");
}

TEST(LineLayout, KeepsBytesOfEveryKind) {
    const std::string line("a\0b\x1b[31m\r\xff\n", 11);
    EXPECT_EQ(lay(line).text, kStamp + line);
}

TEST(LineLayout, TakesAnUnfinishedLineOnlyWhenItStandsFirst) {
    EXPECT_EQ(lay("one\ntwo").text, kStamp + "one\n");
    EXPECT_EQ(lay("one\ntwo").taken, 4U);
    EXPECT_EQ(lay("two").text, kStamp + "two");
}

TEST(LineLayout, GoesOnWithALineWithoutAStamp) {
    EXPECT_EQ(lay("rest\nnext\n", true).text, "rest\n" + kStamp + "next\n");
    EXPECT_EQ(lay("and on", true).text, "and on");
    EXPECT_EQ(lay("\n", true).text, "\n");
}

TEST(LineLayout, FillsAFileToItsLastByte) {
    const FileRoom exact{.size = 5000 - 31 - 4, .max_bytes = 5000};
    EXPECT_EQ(lay("one\ntwo\n", false, exact).text, kStamp + "one\n");
}

TEST(LineLayout, RotatesBeforeALineThatDoesNotFit) {
    const FileRoom one_short{.size = 5000 - 31 - 3, .max_bytes = 5000};
    EXPECT_TRUE(lay("one\n", false, one_short).rotate_first);
    EXPECT_EQ(lay("one\n", false, one_short).taken, 0U);
}

TEST(LineLayout, RotatesBeforeAnUnfinishedLineThatHasNoRoomToGrow) {
    const FileRoom tight{.size = 10485760 - 60'000, .max_bytes = 10485760};
    EXPECT_TRUE(lay("unfinished", false, tight).rotate_first);
    EXPECT_FALSE(lay("finished\n", false, tight).rotate_first);
}

TEST(LineLayout, SplitsALineThatIsLongerThanAFile) {
    const std::string line(20'000, 'x');
    const Laid first = lay(line, false, {.size = 0, .max_bytes = 5000});
    EXPECT_EQ(first.text, kStamp + std::string(5000 - 31, 'x'));
    EXPECT_EQ(first.taken, 5000U - 31);
    EXPECT_TRUE(lay(line, true, {.size = 5000, .max_bytes = 5000}).rotate_first);
    EXPECT_EQ(lay(line, true, {.size = 0, .max_bytes = 5000}).text, std::string(5000, 'x'));
}

TEST(LineLayout, RotatesAFileThatIsLargerThanItMayBe) {
    EXPECT_TRUE(lay("one\n", false, {.size = 6000, .max_bytes = 5000}).rotate_first);
}

TEST(LineLayout, TakesNoMoreThanTheBufferHolds) {
    const Laid laid = lay(std::string(65'536, '\n'));
    EXPECT_EQ(laid.taken, 200'000U / 32);
    EXPECT_EQ(laid.text.size(), laid.taken * 32);
}

// However the text is cut into batches, the files are the same but for where an unfinished line makes them
// rotate earlier.
TEST(LineLayout, IsTheSameWhereverTheBatchesAreCut) {
    const std::string text = "first\nsecond line\n\nthe last has no end";
    const std::string whole =
        kStamp + "first\n" + kStamp + "second line\n" + kStamp + "\n" + kStamp + "the last has no end";
    for (size_t length = 1; length <= text.size(); ++length) {
        std::string file;
        for (size_t at = 0; at < text.size();) {
            const bool mid_line = !file.empty() && !file.ends_with('\n');
            const Laid laid =
                lay(text.substr(at, length), mid_line, {.size = file.size(), .max_bytes = 10485760});
            ASSERT_GT(laid.taken, 0U);
            file += laid.text;
            at += laid.taken;
        }
        EXPECT_EQ(file, whole) << length;
    }
}

}  // namespace
}  // namespace logs
