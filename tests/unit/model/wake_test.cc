// When a service wants to be woken, in each of its states.

#include "service_fixture.h"

using namespace std::chrono_literals;
using namespace model;

class Wake : public ServiceTest {
  protected:
    std::string of(const State& state) {
        service.state = state;
        return due_in();
    }
};

TEST_F(Wake, NeverWhereNothingIsWaitedForButNews) {
    EXPECT_EQ(of(Down{}), "never");
    EXPECT_EQ(of(Spawning{.since = now}), "never");
    EXPECT_EQ(of(Running{.pid = 12, .since = now - 1s, .ready_since = now}), "never");
    EXPECT_EQ(of(Stopping{.deadline = now + 1s, .spawn_pending = true}), "never");
    EXPECT_EQ(of(Stopping{.deadline = now - 1s, .force = false, .overdue = true}), "never");
}

TEST_F(Wake, WhenAServiceWillHaveSettled) {
    EXPECT_EQ(of(Running{.pid = 12, .since = now - 30ms}), "+70ms");
}

TEST_F(Wake, NotForSettlingWhereReadinessIsProven) {
    policy.has_notification = true;
    EXPECT_EQ(of(Running{.pid = 12, .since = now}), "never");
}

TEST_F(Wake, WhenTheNextCheckIsDue) {
    policy.has_check = true;
    EXPECT_EQ(of(Running{.pid = 12, .since = now, .next_check = now + 150ms}), "+150ms");
}

TEST_F(Wake, WhenACheckHasTakenTooLong) {
    policy.has_check = true;
    EXPECT_EQ(of(Running{.pid = 12, .since = now, .check_began = now - 4s}), "+6s");
    policy.timeout_ready = 20s;
    EXPECT_EQ(of(Running{.pid = 12, .since = now, .check_began = now - 4s}), "+16s");
}

TEST_F(Wake, WhenItHasRested) {
    EXPECT_EQ(of(Resting{.since = now, .until = now + 1s}), "+1s");
    EXPECT_EQ(of(Resting{.since = now, .until = now + 1s, .held = true}), "never");
}

TEST_F(Wake, AtTheDeadlineOfAStop) {
    EXPECT_EQ(of(Stopping{.pid = 12, .deadline = now + 2s}), "+2s");
    EXPECT_EQ(of(Stopping{.deadline = now + 2s, .force = false}), "+2s");
}

TEST_F(Wake, ToKillAgain) {
    EXPECT_EQ(of(Stopping{.deadline = now - 1s, .killed = now, .kill_again = now + 500ms}), "+500ms");
}

TEST_F(Wake, WhenTheLoggerHasHadItsTime) {
    EXPECT_EQ(of(Draining{.until = now + 1s}), "+1s");
}
