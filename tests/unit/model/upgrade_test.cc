// When a new program is taken, and when the old one is brought back.

#include "model/upgrade.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using model::OurRole;
using model::UpgradeFault;
using model::UpgradeVerdict;
using enum model::OurRole;

namespace {

constexpr UpgradeVerdict kOpen{};
constexpr UpgradeVerdict kAccepted{.is = UpgradeVerdict::Is::accepted};

UpgradeVerdict rejected(UpgradeFault fault, int status = 0) {
    return {.is = UpgradeVerdict::Is::rejected, .fault = fault, .status = status};
}

class AnUpgrade : public testing::Test {
  protected:
    void begin() { upgrade.begin(now); }
    // The old program's role ends, and the new one's takes its place.
    void replace(OurRole role) {
        EXPECT_EQ(upgrade.ended(role, 9), kOpen);
        upgrade.started(role);
    }

    model::Upgrade upgrade;
    model::Time now = 1000s;
};

}  // namespace

TEST_F(AnUpgrade, IsNotUnderWayBeforeItBegins) {
    EXPECT_FALSE(upgrade.on_trial());
    EXPECT_EQ(upgrade.deadline(), std::nullopt);
    upgrade.started(supervisor);
    EXPECT_EQ(upgrade.fit(supervisor), kOpen);
    EXPECT_EQ(upgrade.fit(logger), kOpen);
    EXPECT_EQ(upgrade.ended(supervisor, 11), kOpen);
    EXPECT_EQ(upgrade.time_passed(now + 24h), kOpen);
}

TEST_F(AnUpgrade, IsAcceptedWhenBothRolesAreFit) {
    begin();
    replace(supervisor);
    replace(logger);
    EXPECT_EQ(upgrade.fit(logger), kOpen);
    EXPECT_TRUE(upgrade.on_trial());
    EXPECT_EQ(upgrade.fit(supervisor), kAccepted);
    EXPECT_FALSE(upgrade.on_trial());
    EXPECT_EQ(upgrade.ended(supervisor, 11), kOpen) << "what happens later is no trial";
    EXPECT_EQ(upgrade.time_passed(now + 24h), kOpen);
}

TEST_F(AnUpgrade, WaitsForARoleOfTheOldProgramThatHasNotEndedYet) {
    begin();
    replace(supervisor);
    EXPECT_EQ(upgrade.fit(supervisor), kOpen);
    EXPECT_EQ(upgrade.fit(logger), kOpen) << "of which it was not the new one's";
    replace(logger);
    EXPECT_EQ(upgrade.fit(logger), kAccepted);
}

TEST_F(AnUpgrade, IsRejectedWhenARoleOfTheNewProgramEnds) {
    begin();
    replace(supervisor);
    EXPECT_EQ(upgrade.ended(supervisor, 11), rejected(UpgradeFault::supervisor_ended, 11));
    EXPECT_FALSE(upgrade.on_trial());
    begin();
    replace(logger);
    EXPECT_EQ(upgrade.ended(logger, 0), rejected(UpgradeFault::logger_ended, 0));
}

TEST_F(AnUpgrade, IsRejectedWhenOneThatWasFitEndsBeforeTheOtherIs) {
    begin();
    replace(supervisor);
    replace(logger);
    EXPECT_EQ(upgrade.fit(supervisor), kOpen);
    EXPECT_EQ(upgrade.ended(supervisor, 256), rejected(UpgradeFault::supervisor_ended, 256));
    EXPECT_EQ(upgrade.fit(logger), kOpen);
}

TEST_F(AnUpgrade, IsRejectedAtItsDeadline) {
    begin();
    EXPECT_EQ(upgrade.deadline(), now + model::kLongestTrial);
    replace(supervisor);
    replace(logger);
    EXPECT_EQ(upgrade.time_passed(now + model::kLongestTrial - 1ns), kOpen);
    EXPECT_EQ(upgrade.time_passed(now + model::kLongestTrial), rejected(UpgradeFault::supervisor_silent));
    begin();
    replace(supervisor);
    EXPECT_EQ(upgrade.fit(supervisor), kOpen);
    EXPECT_EQ(upgrade.time_passed(now + model::kLongestTrial), rejected(UpgradeFault::logger_silent));
}

TEST_F(AnUpgrade, CanBeTriedAgain) {
    begin();
    replace(supervisor);
    EXPECT_EQ(upgrade.ended(supervisor, 11), rejected(UpgradeFault::supervisor_ended, 11));
    begin();
    EXPECT_EQ(upgrade.ended(supervisor, 9), kOpen) << "the old program's, which came back meanwhile";
    upgrade.started(supervisor);
    replace(logger);
    EXPECT_EQ(upgrade.fit(supervisor), kOpen);
    EXPECT_EQ(upgrade.fit(logger), kAccepted);
}
