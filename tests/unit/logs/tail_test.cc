#include "logs/tail.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include "logs/follow.h"
#include "os/file.h"
#include "temporary_directory.h"

namespace logs {
namespace {

class TailTest : public testing::Test {
  protected:
    std::string tail(const std::string& text, size_t lines) {
        directory.file("current", text);
        const auto file = os::open(directory.at("current"), O_RDONLY);
        return last_lines(file->get(), lines).text;
    }

    TemporaryDirectory directory;
};

TEST_F(TailTest, IsTheLastLines) {
    EXPECT_EQ(tail("1\n2\n3\n", 2), "2\n3\n");
    EXPECT_EQ(tail("1\n2\n3\n", 3), "1\n2\n3\n");
    EXPECT_EQ(tail("1\n2\n3\n", 4), "1\n2\n3\n");
    EXPECT_EQ(tail("1\n2\n3", 2), "2\n3");
    EXPECT_EQ(tail("\n\n\n", 2), "\n\n");
    EXPECT_EQ(tail("", 2), "");
    EXPECT_EQ(tail("1\n", 0), "");
}

TEST_F(TailTest, ReachesBackOverManyChunks) {
    std::string text;
    for (int line = 0; line < 100; ++line) text += std::to_string(line) + std::string(5000, 'x') + "\n";
    EXPECT_EQ(tail(text, 30), text.substr(text.find("\n70x") + 1));
}

TEST_F(TailTest, OfAnEndlessLineIsItsEnd) {
    const std::string shown = tail(std::string(3 << 20, 'a') + "end", 30);
    EXPECT_EQ(shown.size(), kTailBytes);
    EXPECT_TRUE(shown.ends_with("aend"));
}

TEST_F(TailTest, OfSeveralFilesHasHeadersAndEmptyLinesBetween) {
    directory.file("a", "one\ntwo\n");
    directory.file("c", "no end");
    EXPECT_EQ(
        tail_text({{"p/a", directory.at("a")}, {"p/b", directory.at("b")}, {"p/c", directory.at("c")}}, 1),
        "==> p/a <==\ntwo\n\n==> p/b <==\n\n==> p/c <==\nno end\n");
}

class FollowTest : public testing::Test {
  protected:
    FollowTest() { directory.file("a", "old\n"); }

    TemporaryDirectory directory;
    std::vector<LogPath> files{{"p/a", directory.at("a")}, {"p/b", directory.at("b")}};
    Follower follower{files, Follower::Target::pipe};
};

TEST_F(FollowTest, ShowsWhatIsAddedAndNamesTheFileWhenItChanges) {
    EXPECT_EQ(follower.begin(), "==> p/a <==\nold\n\n==> p/b <==\n");
    EXPECT_EQ(follower.poll(), "");
    directory.append("a", "one\n");
    EXPECT_EQ(follower.poll(), "\n==> p/a <==\none\n");
    directory.append("a", "two");
    EXPECT_EQ(follower.poll(), "two");
    directory.append("b", "other\n");
    EXPECT_EQ(follower.poll(), "\n\n==> p/b <==\nother\n");
}

TEST_F(FollowTest, GoesOnThroughRotation) {
    (void)follower.begin();
    directory.append("a", "last of the old\n");
    ASSERT_EQ(::rename(directory.at("a").c_str(), directory.at("@old").c_str()), 0);
    directory.file("a", "first of the new\n");
    EXPECT_EQ(follower.poll(), "\n==> p/a <==\nlast of the old\n");
    EXPECT_EQ(follower.poll(), "first of the new\n");
    EXPECT_EQ(follower.poll(), "");
}

TEST_F(FollowTest, GoesOnThroughTruncationDeletionAndBeingMadeAgain) {
    (void)follower.begin();
    directory.file("a", "new\n");
    directory.append("a", "and more than before\n");
    directory.file("a", "x\n");
    EXPECT_EQ(follower.poll(), "\n==> p/a <==\nx\n");
    ASSERT_EQ(::unlink(directory.at("a").c_str()), 0);
    EXPECT_EQ(follower.poll(), "");
    directory.file("a", "again\n");
    EXPECT_EQ(follower.poll(), "again\n");
}

TEST_F(FollowTest, DoesNotRepeatAFileWhoseLastLinesWereTakenBack) {
    (void)follower.begin();
    directory.append("a", "begun by a logger that was killed\n");
    EXPECT_EQ(follower.poll(), "\n==> p/a <==\nbegun by a logger that was killed\n");
    ASSERT_EQ(::truncate(directory.at("a").c_str(), 4), 0);
    EXPECT_EQ(follower.poll(), "");
    directory.append("a", "begun by its successor\n");
    EXPECT_EQ(follower.poll(), "begun by its successor\n");
}

TEST_F(FollowTest, MakesWhatGoesToATerminalHarmless) {
    Follower terminal(files, Follower::Target::terminal);
    (void)terminal.begin();
    directory.append("a", "\x1b[2J\x1b[31mred\n");
    EXPECT_EQ(terminal.poll(), "\n==> p/a <==\n\x1b[31mred\x1b[0m\n");
}

}  // namespace
}  // namespace logs
