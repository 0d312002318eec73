#include "cli/log_warnings.h"

#include <gtest/gtest.h>

using cli::LogWarnings;
using cli::Services;
using cli::Standing;

namespace {

config::NamedService service(const std::string& name) {
    return {.name = name, .playground = "/x/p", .path = "/x/p/" + name};
}

const Services kBoth = {service("a"), service("b")};

Standing with(const std::map<std::string, std::string>& remarks, const std::vector<std::string>& unwritten) {
    Standing standing;
    standing.add("/x/p", {.remarks = remarks, .unwritten_logs = unwritten});
    return standing;
}

const Standing kFine = with({}, {});
const Standing kFull = with({{"a", "log: no room"}}, {"a"});

}  // namespace

TEST(LogWarningsOf, ALogThatIsNotWrittenAreInTheWordsOfStatus) {
    EXPECT_EQ(LogWarnings().news(kBoth, kFull), "[pgctl] WARNING: log: no room\n");
}

TEST(LogWarningsOf, WhatStatusRemarksElseAreNone) {
    EXPECT_EQ(LogWarnings().news(kBoth, with({{"a", "exec: Permission denied"}}, {})), "");
}

TEST(LogWarningsOf, ServicesThatAreNotShownAreNone) {
    EXPECT_EQ(LogWarnings().news({service("b")}, kFull), "");
}

TEST(LogWarningsOf, OneOutageAreToldOnceWhateverItsCauseBecomes) {
    LogWarnings warnings;
    EXPECT_NE(warnings.news(kBoth, kFull), "");
    EXPECT_EQ(warnings.news(kBoth, kFull), "");
    EXPECT_EQ(warnings.news(kBoth, with({{"a", "log: the logger is stopped"}}, {"a"})), "");
    EXPECT_TRUE(warnings.lasting());
}

TEST(LogWarningsOf, TheNextOutageAreToldAgain) {
    LogWarnings warnings;
    EXPECT_FALSE(warnings.lasting());
    EXPECT_NE(warnings.news(kBoth, kFull), "");
    EXPECT_EQ(warnings.news(kBoth, kFine), "");
    EXPECT_FALSE(warnings.lasting());
    EXPECT_NE(warnings.news(kBoth, kFull), "");
}

TEST(LogWarningsOf, EachLogComeInTheOrderAskedFor) {
    LogWarnings warnings;
    EXPECT_NE(warnings.news(kBoth, with({{"b", "log: two"}}, {"b"})), "");
    EXPECT_EQ(warnings.news(kBoth, with({{"a", "log: one"}, {"b", "log: two"}}, {"a", "b"})),
              "[pgctl] WARNING: log: one\n");
    EXPECT_EQ(LogWarnings().news(kBoth, with({{"a", "log: one"}, {"b", "log: two"}}, {"a", "b"})),
              "[pgctl] WARNING: log: one\n[pgctl] WARNING: log: two\n");
}

TEST(LogWarningsOf, WhatNobodyAnswersForAreAsTheyWere) {
    LogWarnings warnings;
    EXPECT_NE(warnings.news(kBoth, kFull), "");
    EXPECT_EQ(warnings.news(kBoth, Standing()), "");
    EXPECT_TRUE(warnings.lasting());
    EXPECT_EQ(warnings.news(kBoth, kFull), "");
}
