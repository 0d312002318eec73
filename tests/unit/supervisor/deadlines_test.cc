#include "supervisor/deadlines.h"

#include <gtest/gtest.h>

#include <vector>

using namespace supervisor;
using namespace std::chrono_literals;

namespace {

std::vector<Deadlines::Timer> due(Deadlines& deadlines, model::Time now) {
    std::vector<Deadlines::Timer> timers;
    while (const auto timer = deadlines.take_due(now)) timers.push_back(*timer);
    return timers;
}

}  // namespace

TEST(ADeadline, IsDueAtItsTimeAndOnce) {
    Deadlines deadlines;
    deadlines.set(1, 5s);
    EXPECT_EQ(due(deadlines, 4s), std::vector<Deadlines::Timer>{});
    EXPECT_EQ(due(deadlines, 5s), std::vector<Deadlines::Timer>{1});
    EXPECT_EQ(due(deadlines, 6s), std::vector<Deadlines::Timer>{});
}

TEST(ADeadline, ComesInTheOrderOfTime) {
    Deadlines deadlines;
    deadlines.set(1, 5s);
    deadlines.set(2, 3s);
    deadlines.set(3, 4s);
    EXPECT_EQ(deadlines.earliest(), 3s);
    EXPECT_EQ(due(deadlines, 4s), (std::vector<Deadlines::Timer>{2, 3}));
    EXPECT_EQ(deadlines.earliest(), 5s);
}

TEST(ADeadline, ReplacesTheEarlierOneOfItsTimer) {
    Deadlines deadlines;
    deadlines.set(1, 3s);
    deadlines.set(1, 5s);
    EXPECT_EQ(due(deadlines, 3s), std::vector<Deadlines::Timer>{});
    EXPECT_EQ(due(deadlines, 5s), std::vector<Deadlines::Timer>{1});
}

TEST(ADeadline, IsNotDueOnceItWasCancelled) {
    Deadlines deadlines;
    deadlines.set(1, 3s);
    deadlines.set(2, 3s);
    deadlines.cancel(1);
    deadlines.cancel(7);
    EXPECT_EQ(due(deadlines, 3s), std::vector<Deadlines::Timer>{2});
    EXPECT_EQ(deadlines.earliest(), std::nullopt);
}

TEST(TheClock, IsArmedForTheFirstDeadline) {
    EXPECT_EQ(change_of_clock({}, 5s), (ClockChange{.needed = true, .at = 5s}));
}

TEST(TheClock, IsSetBackForAnEarlierDeadline) {
    EXPECT_EQ(change_of_clock(60s, 5s), (ClockChange{.needed = true, .at = 5s}));
}

TEST(TheClock, MayGoOffTooEarly) {
    EXPECT_EQ(change_of_clock(5s, 60s), ClockChange{});
    EXPECT_EQ(change_of_clock(5s, 5s), ClockChange{});
}

TEST(TheClock, IsDisarmedWhereNothingIsAwaited) {
    EXPECT_EQ(change_of_clock(5s, {}), (ClockChange{.needed = true, .at = {}}));
    EXPECT_EQ(change_of_clock({}, {}), ClockChange{});
}
