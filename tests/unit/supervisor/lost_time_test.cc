// What ours lost of a time-out, on a /proc of our own making.

#include "supervisor/lost_time.h"

#include <gtest/gtest.h>

#include "model/lost_time.h"
#include "proc_tree.h"

using namespace std::chrono_literals;
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
