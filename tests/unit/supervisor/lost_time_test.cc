// What ours and a check lost of a time-out, on a /proc of our own making.

#include "supervisor/lost_time.h"

#include <gtest/gtest.h>

#include "model/lost_time.h"
#include "proc_tree.h"

using namespace std::chrono_literals;
using supervisor::LostCheckTime;
using supervisor::LostTime;

namespace {

class Lost : public testing::Test, protected ProcTree {
  protected:
    void uses(pid_t pid, char state, model::Duration ran, model::Duration waited) {
        process(pid, {.command = "pgctl", .state = state});
        file(std::to_string(pid) + "/schedstat",
             std::to_string(ran.count()) + " " + std::to_string(waited.count()) + " 7\n");
    }
    LostTime lost;
    LostCheckTime lost_of_check;
};

}  // namespace

TEST_F(Lost, IsWhatAllOfThemWaitedSinceTheLastLook) {
    uses(10, 'S', 1s, 1s);
    uses(11, 'S', 1s, 5s);
    lost.begin(proc(), {10, 11});
    uses(10, 'S', 2s, 3s);
    uses(11, 'S', 2s, 6s);
    EXPECT_EQ(lost.take(proc(), {10, 11}), 3s);
    EXPECT_EQ(lost.take(proc(), {10, 11}), 0s);
}

TEST_F(Lost, IsAlsoWhatHadPassedBeforeTheyWereCounted) {
    uses(10, 'S', 1s, 1s);
    lost.begin(proc(), {10});
    lost.add(2s);
    uses(10, 'S', 2s, 4s);
    EXPECT_EQ(lost.take(proc(), {10}), 5s);
    EXPECT_EQ(lost.take(proc(), {10}), 0s);
    lost.add(2s);
    lost.begin(proc(), {10});
    EXPECT_EQ(lost.take(proc(), {10}), 0s) << "that was another time-out";
}

TEST_F(Lost, OfOneThatIsNewIsOnlyThatItWaitsNow) {
    uses(10, 'S', 1s, 7s);
    lost.begin(proc(), {});
    EXPECT_EQ(lost.take(proc(), {10}), 0s);
    uses(11, 'R', 1s, 7s);
    EXPECT_EQ(lost.take(proc(), {11}), model::kLookAgain);
    EXPECT_EQ(lost.take(proc(), {11}), model::kLookAgain);
    uses(11, 'R', 2s, 7s);
    EXPECT_EQ(lost.take(proc(), {11}), 0s);
}

TEST_F(Lost, IsNothingOfNobody) {
    uses(10, 'S', 1s, 1s);
    lost.begin(proc(), {10, 0});
    gone(10);
    EXPECT_EQ(lost.take(proc(), {10, 0}), 0s);
}

TEST_F(Lost, OfACheckIsAllThatItHasWaited) {
    uses(20, 'S', 1s, 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 7s);
    uses(20, 'S', 2s, 9s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 2s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 0s);
}

TEST_F(Lost, OfACheckThatHasNotRunYetIsUnknownSoThatItIsLookedAtAgain) {
    uses(20, 'R', 0s, 0s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), model::kLookAgain);
    EXPECT_EQ(lost_of_check.take(proc(), 20), model::kLookAgain);
    uses(20, 'S', 1s, 0s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 0s);
}

// In the time between two looks it could have run for longer than that.
TEST_F(Lost, OfACheckThatHasHardlyRunIsUnknownToo) {
    uses(20, 'R', 1s, 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 7s);
    uses(20, 'R', 1s + 1ns, 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), model::kLookAgain);
    uses(20, 'R', 2s, 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 0s);
}

TEST_F(Lost, OfTheNextCheckIsItsOwn) {
    uses(20, 'S', 1s, 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 0), 0s);
    uses(20, 'S', 1s, 3s);  // which may have been given the same number
    EXPECT_EQ(lost_of_check.take(proc(), 20), 3s);
}

TEST_F(Lost, OfAShellThatWaitsForItsChildIsThatOfTheChild) {
    uses(20, 'S', 1s, 1s);
    children(20, "21");
    uses(21, 'S', 1s, 1s);
    children(21, "22");
    uses(22, 'S', 1s, 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 7s);
    children(20, "");
    EXPECT_EQ(lost_of_check.take(proc(), 20), 0s);
}

TEST_F(Lost, OfACheckThatKeepsMoreThanOneBusyIsItsOwn) {
    uses(20, 'S', 1s, 1s);
    children(20, "21 22");
    uses(21, 'R', 1s, 7s);
    uses(22, 'R', 1s, 7s);
    EXPECT_EQ(lost_of_check.take(proc(), 20), 1s);
}
