// Time-outs that are believed, and the time that does not count because ours did not get to run.

#include "model/lost_time.h"
#include "model/readiness_deadline.h"
#include "service_fixture.h"

using namespace std::chrono_literals;
using model::lost_time;

class ATimeOut : public ServiceTest {
  protected:
    [[nodiscard]] std::string due_to_be_believed() const {
        const auto at = model::time_out(service, policy);
        return at ? shown::time(*at, now) : "never";
    }
    void runs_for_a_while() {
        runs(12);
        advance(5s);
        static_cast<void>(done());
    }
    void time_passes_that_lost(model::Duration lost) {
        for (auto& action : model::step(service, policy, model::TimePassed{.lost = lost}, now))
            actions.push_back(std::move(action));
    }
    void is_spawned_and_told_later(int pid, model::Duration later) {
        const model::Time at = now;
        now += later;
        static_cast<void>(model::step(service, policy, model::Spawned{.pid = pid, .at = at}, now));
    }
};

TEST_F(ATimeOut, OfAStopIsPutOffByWhatOursLost) {
    runs_for_a_while();
    stop();
    now += 2s;
    time_passes_that_lost(700ms);
    EXPECT_EQ(done(), "TerminateMain");
    EXPECT_EQ(due_in(), "+700ms");
    advance(700ms);
    EXPECT_EQ(done(), "KillSet");
}

TEST_F(ATimeOut, OfAStopIsBelievedWhereLessWasLostThanHasPassedSince) {
    runs_for_a_while();
    stop();
    now += 3s;
    time_passes_that_lost(700ms);
    EXPECT_EQ(done(), "TerminateMain, KillSet");
}

TEST_F(ATimeOut, OfAKillIsPutOffBeforeAnybodyIsCalledUnkillable) {
    runs_for_a_while();
    stop();
    advance(2s);
    now += 1s;
    time_passes_that_lost(800ms);
    EXPECT_EQ(done(), "TerminateMain, KillSet, KillSet(again)");
    advance(500ms);
    EXPECT_EQ(done(), "KillSet(again)");
    advance(500ms);
    EXPECT_EQ(done(), "KillSet(again), GiveUp(killed)");
}

TEST_F(ATimeOut, OfACheckIsPutOff) {
    policy.has_check = true;
    runs(12);
    now += 10s;
    time_passes_that_lost(3s);
    EXPECT_EQ(done(), "Spawn, BeginCheck");
    EXPECT_EQ(due_in(), "+3s");
}

TEST_F(ATimeOut, OfTheLastOutputIsPutOff) {
    runs(12);
    stop();
    exits(0);
    now += 5s;
    time_passes_that_lost(2s);
    EXPECT_EQ(state(), "draining until +2s");
    advance(2s);
    EXPECT_TRUE(down());
}

TEST_F(ATimeOut, IsNoneOfWhatWePlanForOurselves) {
    EXPECT_EQ(due_to_be_believed(), "never");
    policy.has_check = true;
    start();
    EXPECT_EQ(due_to_be_believed(), "never");
    spawned(12);
    EXPECT_EQ(due_to_be_believed(), "+10s");
    check_passes();
    EXPECT_EQ(due_to_be_believed(), "never");
    exits(1);
    EXPECT_EQ(due_to_be_believed(), "never");
}

TEST_F(ATimeOut, IsOneWhileAStopWaits) {
    runs(12);
    stop_without_force();
    EXPECT_EQ(due_to_be_believed(), "+2s");
    advance(2s);
    EXPECT_EQ(due_to_be_believed(), "never");
    stop();
    EXPECT_EQ(due_to_be_believed(), "+2s");
    advance(2s);
    EXPECT_EQ(due_to_be_believed(), "+1s");
    is_killed_by(9);
    EXPECT_EQ(due_to_be_believed(), "+5s");
}

TEST_F(ATimeOut, IsNoneBeforeTheKeeperHasAnswered) {
    start();
    stop();
    EXPECT_EQ(due_to_be_believed(), "never");
}

TEST_F(ATimeOut, ALifeCountsFromItsBeginningAndNotFromWhenItIsToldOf) {
    start();
    is_spawned_and_told_later(12, 3s);
    EXPECT_EQ(state(), "running 12 since -3s");
}

TEST_F(ATimeOut, ALifeBeganNeitherBeforeItWasCommandedNorLaterThanNow) {
    start();
    now += 1s;
    static_cast<void>(model::step(service, policy, model::Spawned{.pid = 12, .at = now - 9s}, now));
    EXPECT_EQ(state(), "running 12 since -1s");
    exits(1);
    start();
    service.state = model::Spawning{.since = now};
    static_cast<void>(model::step(service, policy, model::Spawned{.pid = 13, .at = now + 9s}, now));
    EXPECT_EQ(state(), "running 13 since now");
}

class AReadinessDeadline : public ServiceTest {
  protected:
    [[nodiscard]] std::string at(const model::ReadinessDeadline& deadline) const {
        return shown::time(deadline.at(), now);
    }
};

TEST_F(AReadinessDeadline, CountsFromTheBeginningOfTheLife) {
    model::ReadinessDeadline deadline(2s, now);
    start();
    now += 1s;
    deadline.look(service);
    EXPECT_EQ(at(deadline), "+1s");
    spawned(12);
    deadline.look(service);
    EXPECT_EQ(at(deadline), "+2s");
}

TEST_F(AReadinessDeadline, CountsFromTheFirstOfSeveralLives) {
    model::ReadinessDeadline deadline(5s, now);
    runs(12);
    now += 1s;
    deadline.look(service);
    exits(1);
    deadline.look(service);
    spawned(13);
    deadline.look(service);
    EXPECT_EQ(at(deadline), "+4s");
}

TEST_F(AReadinessDeadline, OfAServiceThatWasUpBeforeCountsFromTheCommand) {
    runs(12);
    now += 60s;
    model::ReadinessDeadline deadline(2s, now);
    deadline.look(service);
    EXPECT_EQ(at(deadline), "+2s");
}

TEST_F(AReadinessDeadline, IsPutOff) {
    model::ReadinessDeadline deadline(2s, now);
    deadline.put_off(300ms);
    EXPECT_EQ(at(deadline), "+2300ms");
}

TEST(LostTime, IsWhatOneOfOursWaitedForTheCpu) {
    EXPECT_EQ(lost_time({.ran = 5s, .waited = 1s}, {.ran = 6s, .waited = 4s}), 3s);
    EXPECT_EQ(lost_time({.ran = 5s, .waited = 1s}, {.ran = 6s, .waited = 1s}), 0s);
}

TEST(LostTime, IsUnknownWhileOneWaitsSoThatItIsLookedAtAgain) {
    EXPECT_EQ(lost_time({.ran = 5s, .waited = 1s}, {.ran = 5s, .waited = 1s, .waits = true}),
              model::kLookAgain);
    EXPECT_EQ(lost_time({.ran = 5s, .waited = 1s}, {.ran = 5s, .waited = 3s, .waits = true}), 2s);
}

TEST(LostTime, IsUnknownOfOneThatWaitsAndHasHardlyRun) {
    const base::CpuUse before{.ran = 5s, .waited = 1s, .at = 10s};
    EXPECT_EQ(lost_time(before, {.ran = 5001ms, .waited = 1s, .waits = true, .at = 10100ms}),
              model::kLookAgain);
    EXPECT_EQ(lost_time(before, {.ran = 5050ms, .waited = 1s, .waits = true, .at = 10100ms}),
              model::kLookAgain);
    EXPECT_EQ(lost_time(before, {.ran = 5001ms, .waited = 3s, .waits = true, .at = 13s}), 2s);
    EXPECT_EQ(lost_time(before, {.ran = 5001ms, .waited = 1010ms, .waits = true, .at = 10100ms}),
              model::kLookAgain);
    EXPECT_EQ(lost_time(before, {.ran = 5001ms, .waited = 1s, .waits = false, .at = 10100ms}), 0s);
}

TEST(LostTime, IsNoneOfOneThatIsBusyAndRuns) {
    const base::CpuUse before{.ran = 5s, .waited = 1s, .at = 10s};
    EXPECT_EQ(lost_time(before, {.ran = 5051ms, .waited = 1s, .waits = true, .at = 10100ms}), 0s);
    EXPECT_EQ(lost_time(before, {.ran = 5100ms, .waited = 1s, .waits = true, .at = 10100ms}), 0s);
}

// One that never ends is to fail on a busy machine as well.
TEST(LostTime, IsWhatItHasWaitedForOfOneThatIsBusyBesideOthers) {
    const base::CpuUse before{.ran = 5s, .waited = 1s, .at = 10s};
    EXPECT_EQ(lost_time(before, {.ran = 5017ms, .waited = 1030ms, .waits = true, .at = 10050ms}), 30ms);
}

TEST(LostTime, IsNoneOfAnotherProcessThatHasWaitedLess) {
    EXPECT_EQ(lost_time({.ran = 5s, .waited = 9s}, {.ran = 6s, .waited = 1s}), 0s);
}
