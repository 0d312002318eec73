#include "cli/patience.h"

#include <gtest/gtest.h>

using cli::Patience;
using cli::Suspicion;
using namespace std::chrono_literals;

namespace {

constexpr cli::Moment kNow = 1000s;

}  // namespace

TEST(PatienceWithOnesThatDie, LastsAMinuteWhereTheyDieAtOnce) {
    Patience patience(kNow);
    for (auto at = kNow; at <= kNow + 60s; at += 100ms) EXPECT_TRUE(patience.lasts(at - 10ms, at));
    EXPECT_FALSE(patience.lasts(kNow + 60s, kNow + 60001ms));
}

TEST(PatienceWithOnesThatDie, BeginsAnewWhereOneHadWorked) {
    Patience patience(kNow);
    EXPECT_TRUE(patience.lasts(kNow, kNow + 59s));
    EXPECT_TRUE(patience.lasts(kNow + 118s, kNow + 118s + 10ms));
    EXPECT_FALSE(patience.lasts(kNow + 120s, kNow + 120s));
}

TEST(PatienceWithOnesThatDie, EndsWithTheTwentiethThatHadWorked) {
    Patience patience(kNow);
    for (int death = 1; death < 20; ++death) EXPECT_TRUE(patience.lasts(kNow, kNow + 2s)) << death;
    EXPECT_FALSE(patience.lasts(kNow, kNow + 2s));
}

TEST(SuspicionThatOneIsStopped, IsNotLookedIntoForTwoSecondsAndThenOnceASecond) {
    Suspicion suspicion(kNow);
    EXPECT_FALSE(suspicion.is_due(kNow + 1999ms));
    EXPECT_TRUE(suspicion.is_due(kNow + 2s));
    EXPECT_FALSE(suspicion.grows(false, kNow + 2s));
    EXPECT_FALSE(suspicion.is_due(kNow + 2999ms));
    EXPECT_TRUE(suspicion.is_due(kNow + 3s));
}

TEST(SuspicionThatOneIsStopped, GrowsByTwoLooksInARow) {
    Suspicion suspicion(kNow);
    EXPECT_FALSE(suspicion.grows(true, kNow + 2s)) << "it may be for a moment";
    EXPECT_FALSE(suspicion.grows(false, kNow + 3s));
    EXPECT_FALSE(suspicion.grows(true, kNow + 4s));
    EXPECT_TRUE(suspicion.grows(true, kNow + 5s));
}

TEST(SuspicionThatOneIsStopped, ForgetsALookThatWasLongBefore) {
    Suspicion suspicion(kNow);
    EXPECT_FALSE(suspicion.grows(true, kNow + 2s));
    EXPECT_FALSE(suspicion.grows(true, kNow + 30s)) << "something had come in between";
    EXPECT_TRUE(suspicion.grows(true, kNow + 31s));
}
