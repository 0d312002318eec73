#include "logs/log_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "logs/archive.h"
#include "os/file.h"
#include "temporary_directory.h"

namespace logs {
namespace {

class LogFileTest : public testing::Test {
  protected:
    LogFile open() {
        auto file = LogFile::open(directory.at("logs"));
        EXPECT_TRUE(file) << file.error().message();
        return std::move(*file);
    }
    std::vector<std::string> archives() {
        return archives_among(os::list_directory(directory.at("logs")).value());
    }

    TemporaryDirectory directory;
};

TEST_F(LogFileTest, IsMadeWithItsDirectoryButNothingAbove) {
    EXPECT_EQ(open().size(), 0U);
    EXPECT_TRUE(os::exists(directory.at("logs/current")));
    const auto nowhere = LogFile::open(directory.at("no/logs"));
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().number, ENOENT);
}

TEST_F(LogFileTest, KnowsFromTheFileWhetherItsLastLineHasEnded) {
    LogFile file = open();
    EXPECT_FALSE(file.mid_line());
    ASSERT_TRUE(file.append("one\ntwo"));
    EXPECT_TRUE(file.mid_line());
    EXPECT_TRUE(open().mid_line());
    ASSERT_TRUE(file.append("\n"));
    EXPECT_FALSE(open().mid_line());
}

TEST_F(LogFileTest, NoticesThatItWasCut) {
    LogFile file = open();
    ASSERT_TRUE(file.append("unfinished"));
    directory.file("logs/current", "");
    ASSERT_TRUE(file.refresh());
    EXPECT_EQ(file.size(), 0U);
    EXPECT_FALSE(file.mid_line());
}

TEST_F(LogFileTest, IsMadeAnewWhenItWasMovedAway) {
    LogFile file = open();
    ASSERT_TRUE(file.append("old\n"));
    ASSERT_EQ(::rename(directory.at("logs/current").c_str(), directory.at("logs/mine").c_str()), 0);
    ASSERT_TRUE(file.refresh());
    ASSERT_TRUE(file.append("new\n"));
    EXPECT_EQ(directory.content("logs/current"), "new\n");
    EXPECT_EQ(directory.content("logs/mine"), "old\n");
}

TEST_F(LogFileTest, ADirectoryThatIsNoneIsNamed) {
    LogFile file = open();
    ASSERT_TRUE(os::remove_tree(directory.at("logs")));
    directory.file("logs", "");
    const auto refreshed = file.refresh();
    ASSERT_FALSE(refreshed);
    EXPECT_EQ(refreshed.error().number, ENOTDIR);
}

TEST_F(LogFileTest, ALinkOfAnotherUserIsNotFollowed) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to make a link of another user's";
    ASSERT_TRUE(os::make_directories(directory.at("elsewhere"), 0777));
    ASSERT_EQ(::symlink(directory.at("elsewhere").c_str(), directory.at("logs").c_str()), 0);
    ASSERT_EQ(::lchown(directory.at("logs").c_str(), 12345, 12345), 0);
    const auto file = LogFile::open(directory.at("logs"));
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().number, ELOOP);
}

TEST_F(LogFileTest, AFifoInItsPlaceIsNotOpened) {
    ASSERT_TRUE(os::make_directories(directory.at("logs"), 0777));
    ASSERT_EQ(::mkfifo(directory.at("logs/current").c_str(), 0600), 0);
    EXPECT_FALSE(LogFile::open(directory.at("logs")));
}

TEST_F(LogFileTest, RotationKeepsSoManyOldFilesInOrderEvenWhenTheClockGoesBack) {
    LogFile file = open();
    for (int number = 0; number < 5; ++number) {
        ASSERT_TRUE(file.append(std::to_string(number) + "\n"));
        ASSERT_TRUE(file.rotate({.seconds = 1'600'000'000 - number, .nanoseconds = 0}, {.old_files = 3}));
        EXPECT_EQ(file.size(), 0U);
    }
    const auto kept = archives();
    ASSERT_EQ(kept.size(), 3U);
    for (int number = 2; number < 5; ++number) {
        EXPECT_EQ(directory.content("logs/" + kept[static_cast<size_t>(number) - 2]),
                  std::to_string(number) + "\n");
    }
    EXPECT_EQ(directory.content("logs/current"), "");
}

TEST_F(LogFileTest, ALineThatIsSplitOverFilesGoesOnInTheNewOne) {
    LogFile file = open();
    ASSERT_TRUE(file.append("unfinished"));
    ASSERT_TRUE(file.rotate({}, {}));
    EXPECT_TRUE(file.mid_line());
    EXPECT_TRUE(open().mid_line());
}

TEST_F(LogFileTest, AnAppendIsTakenBackOnlyFromTheSameFile) {
    LogFile file = open();
    ASSERT_TRUE(file.append("one\ntwo\n"));
    ASSERT_TRUE(undo_append(directory.at("logs"), {.device = 1, .inode = 1}, 4));
    EXPECT_EQ(directory.content("logs/current"), "one\ntwo\n");
    ASSERT_TRUE(undo_append(directory.at("logs"), file.identity(), 4));
    EXPECT_EQ(directory.content("logs/current"), "one\n");
    ASSERT_TRUE(undo_append(directory.at("logs"), file.identity(), 100));
    EXPECT_EQ(directory.content("logs/current"), "one\n");
    ASSERT_TRUE(undo_append(directory.at("nowhere"), file.identity(), 0));
}

}  // namespace
}  // namespace logs
