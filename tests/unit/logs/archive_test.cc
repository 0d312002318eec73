#include "logs/archive.h"

#include <gtest/gtest.h>

namespace logs {
namespace {

constexpr WallTime kNow{.seconds = 1'600'000'000, .nanoseconds = 255};

TEST(ArchiveName, IsTheTimeInTai64n) {
    // 1600000000 is 5f5e1000, and TAI is 37 seconds ahead.
    EXPECT_EQ(next_archive_name({}, kNow), "@400000005f5e1025000000ff.s");
}

TEST(ArchiveName, IsLaterThanTheLastOneEvenWhenTheClockWasSetBack) {
    EXPECT_EQ(next_archive_name({"@400000006f5e1025000000ff.s"}, kNow), "@400000006f5e102500000100.s");
    EXPECT_EQ(next_archive_name({"@400000006f5e10253b9ac9ff.u"}, kNow), "@400000006f5e102600000000.s");
    EXPECT_EQ(next_archive_name({"@400000005f5e1025000000ff.s"}, kNow), "@400000005f5e102500000100.s");
}

TEST(ArchiveName, IsToldFromOtherFiles) {
    EXPECT_TRUE(is_archive_name("@400000005f5e1025000000ff.s"));
    EXPECT_TRUE(is_archive_name("@400000005f5e1025000000ff.u"));
    for (const char* const name :
         {"current", "state", "lock", "previous", "@4000.s", "@400000005f5e1025000000fg.s",
          "@400000005f5e1025000000ff.z", "x400000005f5e1025000000ff.s", ""}) {
        EXPECT_FALSE(is_archive_name(name)) << name;
    }
}

TEST(Archives, AreFoundOldestFirst) {
    EXPECT_EQ(
        archives_among({"current", "@400000005f5e1025000000ff.s", "@400000005f5e1024000000ff.s", "mine"}),
        (std::vector<std::string>{"@400000005f5e1024000000ff.s", "@400000005f5e1025000000ff.s"}));
}

TEST(Archives, AllButTheNewestAreSurplus) {
    EXPECT_EQ(surplus_archives({"a", "b", "c"}, 1), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(surplus_archives({"a", "b", "c"}, 3).empty());
    EXPECT_TRUE(surplus_archives({}, 5).empty());
}

}  // namespace
}  // namespace logs
