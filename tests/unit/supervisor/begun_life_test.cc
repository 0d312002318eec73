// A life of which nobody has told yet, on a /proc of our own making.

#include "supervisor/begun_life.h"

#include <gtest/gtest.h>

#include "proc_tree.h"

using supervisor::begun_life;

namespace {

constexpr pid_t kKeeper = 10;

class ABegunLife : public testing::Test, protected ProcTree {
  protected:
    ABegunLife() { child(kKeeper, {.session = 1}, "pgctl keeper /p/a"); }

    void child(pid_t pid, Process process, const std::string& word) {
        ProcTree::process(pid, process);
        command_line(pid, {word});
    }
    [[nodiscard]] std::optional<pid_t> found() const { return begun_life(proc(), kKeeper, 100); }
};

}  // namespace

TEST_F(ABegunLife, IsTheChildOfTheKeeperThatLeadsASession) {
    children(kKeeper, "11 12");
    child(11, {.parent = kKeeper, .session = 9, .start_time = 100}, "./helper");
    child(12, {.parent = kKeeper, .session = 12, .start_time = 100}, "./run");
    EXPECT_EQ(found(), 12);
}

TEST_F(ABegunLife, IsNoneBeforeItHasExecuted) {
    children(kKeeper, "12");
    child(12, {.parent = kKeeper, .session = 12, .start_time = 100}, "pgctl keeper /p/a");
    EXPECT_EQ(found(), std::nullopt);
    command_line(12, {});
    EXPECT_EQ(found(), std::nullopt);
}

TEST_F(ABegunLife, IsNotWhatAnEarlierOneHasLeft) {
    children(kKeeper, "12");
    child(12, {.parent = kKeeper, .session = 12, .start_time = 99}, "./daemon");
    EXPECT_EQ(found(), std::nullopt);
}

TEST_F(ABegunLife, IsNotOneThatHasEnded) {
    children(kKeeper, "12");
    child(12, {.parent = kKeeper, .state = 'Z', .session = 12, .start_time = 100}, "./run");
    EXPECT_EQ(found(), std::nullopt);
}

TEST_F(ABegunLife, IsNoneOfAKeeperThatHasGone) {
    gone(kKeeper);
    EXPECT_EQ(found(), std::nullopt);
}
