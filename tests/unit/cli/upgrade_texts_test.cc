#include "cli/upgrade_texts.h"

#include <gtest/gtest.h>

using cli::is_newer;
using cli::upgrades_by_itself;

TEST(AVersion, IsNewerByItsNumbersNotByItsText) {
    EXPECT_TRUE(is_newer("6.0.1", "6.0.0"));
    EXPECT_TRUE(is_newer("6.10.0", "6.9.9"));
    EXPECT_TRUE(is_newer("10.0.0", "9.0.0"));
    EXPECT_TRUE(is_newer("6.1", "6.0.9"));
    EXPECT_FALSE(is_newer("6.0.0", "6.0.0"));
    EXPECT_FALSE(is_newer("6.0.0", "6.0.1"));
    EXPECT_FALSE(is_newer("6.0.0", "10.0.0"));
}

TEST(AVersion, ThatIsNoneIsNewerThanNone) {
    EXPECT_FALSE(is_newer("", "6.0.0"));
    EXPECT_FALSE(is_newer("newest", "6.0.0"));
    EXPECT_FALSE(is_newer("6.0.0-rc2", "6.0.0"));
    EXPECT_FALSE(is_newer("99999999999.0", "6.0.0"));
}

TEST(AClient, UpgradesByItselfWhatIsOlder) {
    const cli::Program ours{.version = "6.0.1", .identity = "1:2"};
    EXPECT_TRUE(upgrades_by_itself(ours, {.version = "6.0.0", .program = "1:1"}));
    EXPECT_FALSE(upgrades_by_itself(ours, {.version = "6.0.1", .program = "1:1"}));
    EXPECT_FALSE(upgrades_by_itself(ours, {.version = "6.0.2", .program = "1:1"}));
    EXPECT_FALSE(upgrades_by_itself(ours, {})) << "a supervisor that does not tell its version";
}

TEST(AClient, DoesNotTryByItselfWhatHasFailed) {
    const cli::Program ours{.version = "6.0.1", .identity = "1:2"};
    EXPECT_FALSE(upgrades_by_itself(ours, {.version = "6.0.0", .program = "1:1", .rejected = "1:2"}));
    EXPECT_TRUE(upgrades_by_itself(ours, {.version = "6.0.0", .program = "1:1", .rejected = "1:3"}));
}

TEST(AClient, ThatDoesNotKnowWhatItIsUpgradesNothing) {
    EXPECT_FALSE(upgrades_by_itself({.version = "6.0.1"}, {.version = "6.0.0"}));
}

TEST(WhatIsSaidOfAnUpgrade, NamesBothPrograms) {
    EXPECT_EQ(cli::upgraded_text("6.0.0", "6.0.1"), "Upgraded: 6.0.0 -> 6.0.1");
    EXPECT_EQ(cli::upgraded_text("6.0.1", "6.0.1"), "Upgraded: 6.0.1 -> 6.0.1") << "another build";
    EXPECT_EQ(cli::upgraded_text("6.0.1", "6.0.0"), "Downgraded: 6.0.1 -> 6.0.0");
    EXPECT_EQ(cli::already_current_text("6.0.1"), "Already current: 6.0.1");
    EXPECT_EQ(cli::not_upgraded_text("6.0.0", "6.0.1", "it failed"),
              "not upgraded, 6.0.0 goes on: 6.0.1: it failed");
}
