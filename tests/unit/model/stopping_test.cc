// Stopping: who is asked, who is killed when, and what two requests make of each other.

#include "service_fixture.h"

using namespace std::chrono_literals;

class StoppingAService : public ServiceTest {
  protected:
    void runs_for_a_while() {
        runs(12);
        advance(5s);
        static_cast<void>(done());
    }
};

TEST_F(StoppingAService, AServiceThatIgnoresTermIsKilledAtItsDeadline) {
    runs_for_a_while();
    stop();
    EXPECT_EQ(done(), "TerminateMain");
    advance(1999ms);
    EXPECT_EQ(done(), "");
    advance(1ms);
    EXPECT_EQ(done(), "KillSet");
    is_killed_by(9);
    EXPECT_EQ(done(), "Drain");
}

TEST_F(StoppingAService, TheDeadlineIsTheServicesOwn) {
    policy.timeout_stop = 7s;
    runs_for_a_while();
    stop();
    EXPECT_EQ(due_in(), "+7s");
}

TEST_F(StoppingAService, ThoseLeftByTheMainProcessAreAskedAtOnceAndKilledAtTheSameDeadline) {
    runs_for_a_while();
    stop();
    advance(1500ms);
    exits_leaving_others(0);
    EXPECT_EQ(done(), "TerminateMain, TerminateSet");
    advance(500ms);
    EXPECT_EQ(done(), "KillSet");
    becomes_empty();
    EXPECT_EQ(done(), "Drain");
}

TEST_F(StoppingAService, ThoseLeftWhoEndWhenAskedAreNotKilled) {
    runs_for_a_while();
    stop();
    exits_leaving_others(0);
    becomes_empty();
    drained();
    EXPECT_EQ(done(), "TerminateMain, TerminateSet, Drain, Release");
    EXPECT_TRUE(down());
}

TEST_F(StoppingAService, ItIsNotDownBeforeItsLastProcessHasEnded) {
    runs_for_a_while();
    stop();
    exits_leaving_others(0);
    EXPECT_FALSE(down());
    becomes_empty();
    EXPECT_FALSE(down());
    drained();
    EXPECT_TRUE(down());
}

TEST_F(StoppingAService, AKillIsRepeatedAndAfterASecondTheStopHasFailed) {
    runs_for_a_while();
    stop();
    advance(2s);
    EXPECT_EQ(done(), "TerminateMain, KillSet");
    advance(500ms);
    EXPECT_EQ(done(), "KillSet(again)");
    advance(500ms);
    EXPECT_EQ(done(), "KillSet(again), GiveUp(killed)");
    becomes_empty();
    EXPECT_EQ(done(), "Drain");
}

TEST_F(StoppingAService, ThoseLeftAfterAKillAreNotAskedAnyMore) {
    runs_for_a_while();
    stop();
    advance(2s);
    exits_leaving_others(137);
    EXPECT_EQ(done(), "TerminateMain, KillSet");
}

TEST_F(StoppingAService, WithoutForceOnlyTheMainProcessIsAskedAndNobodyIsKilled) {
    runs_for_a_while();
    stop_without_force();
    EXPECT_EQ(done(), "TerminateMain");
    exits_leaving_others(0);
    EXPECT_EQ(done(), "");
    advance(2s);
    EXPECT_EQ(done(), "GiveUp");
    EXPECT_EQ(due_in(), "never");
    advance(1h);
    EXPECT_EQ(done(), "");
    EXPECT_FALSE(down());
}

TEST_F(StoppingAService, WithoutForceItStillEndsDownWhenTheLastOneLeaves) {
    runs_for_a_while();
    stop_without_force();
    exits_leaving_others(0);
    advance(1h);
    becomes_empty();
    drained();
    EXPECT_TRUE(down());
}

TEST_F(StoppingAService, AfterOneWithoutForceThatFailedAnotherBeginsAnew) {
    runs_for_a_while();
    stop_without_force();
    advance(2s);
    EXPECT_EQ(done(), "TerminateMain, GiveUp");
    stop_without_force();
    EXPECT_EQ(done(), "TerminateMain");
    advance(2s);
    EXPECT_EQ(done(), "GiveUp");
    stop();
    EXPECT_EQ(done(), "TerminateMain");
    advance(2s);
    EXPECT_EQ(done(), "KillSet");
}

TEST_F(StoppingAService, WithForceAfterOneWithoutThoseLeftAreAsked) {
    runs_for_a_while();
    stop_without_force();
    exits_leaving_others(0);
    advance(2s);
    static_cast<void>(done());
    stop();
    EXPECT_EQ(done(), "TerminateSet");
    advance(2s);
    EXPECT_EQ(done(), "KillSet");
}

TEST_F(StoppingAService, AStopJoinsAStopAndKeepsItsDeadline) {
    runs_for_a_while();
    stop();
    advance(1s);
    stop();
    EXPECT_EQ(due_in(), "+1s");
    EXPECT_EQ(done(), "TerminateMain");
}

TEST_F(StoppingAService, AStopWithForceThatJoinsOneWithoutMayKill) {
    runs_for_a_while();
    stop_without_force();
    stop();
    advance(2s);
    EXPECT_EQ(done(), "TerminateMain, KillSet");
}

TEST_F(StoppingAService, AStopWithForceThatJoinsOneWithoutAsksThoseLeftAtOnce) {
    runs_for_a_while();
    stop_without_force();
    exits_leaving_others(0);
    static_cast<void>(done());
    stop();
    EXPECT_EQ(done(), "TerminateSet");
}

TEST_F(StoppingAService, AStopWithoutForceDoesNotWeakenOneWithForce) {
    runs_for_a_while();
    stop();
    stop_without_force();
    advance(2s);
    EXPECT_EQ(done(), "TerminateMain, KillSet");
}

TEST_F(StoppingAService, AStopDuringSpawningTerminatesTheMainProcessAsSoonAsItIsKnown) {
    start();
    static_cast<void>(done());
    stop();
    EXPECT_EQ(done(), "");
    EXPECT_EQ(due_in(), "never");
    advance(1s);
    spawned(12);
    EXPECT_EQ(done(), "TerminateMain");
    EXPECT_EQ(due_in(), "+2s");
}

TEST_F(StoppingAService, AStopDuringASpawnThatFailsIsDone) {
    start();
    stop();
    not_spawned();
    drained();
    EXPECT_EQ(done(), "Spawn, Drain, Release");
    EXPECT_TRUE(down());
}

TEST_F(StoppingAService, WithoutForceASpawnThatFailsLeavesTheOthersAlone) {
    start();
    stop_without_force();
    static_cast<void>(done());
    for (auto& action : model::step(service, policy, model::SpawnFailed{.set_empty = false}, now)) {
        actions.push_back(action);
    }
    EXPECT_EQ(done(), "");
}

TEST_F(StoppingAService, AServiceBetweenTwoLivesIsDownAtOnce) {
    runs(12);
    exits(1);
    static_cast<void>(done());
    stop();
    EXPECT_EQ(done(), "Drain");
    advance(1h);
    EXPECT_EQ(done(), "LeaveOutput, Release");
    EXPECT_TRUE(down());
}

TEST_F(StoppingAService, ThoseLeftByAServiceBetweenTwoLivesHaveToGo) {
    runs(12);
    exits_leaving_others(1);
    static_cast<void>(done());
    stop();
    EXPECT_EQ(done(), "TerminateSet");
    EXPECT_EQ(words(), "up 0 seconds, stopping");
    advance(2s);
    EXPECT_EQ(done(), "KillSet");
}

TEST_F(StoppingAService, ALoggerThatDoesNotAnswerHoldsItUpForFiveSecondsAtMost) {
    runs_for_a_while();
    stop();
    exits(0);
    static_cast<void>(done());
    advance(4999ms);
    EXPECT_FALSE(down());
    advance(1ms);
    EXPECT_TRUE(down());
    EXPECT_EQ(done(), "LeaveOutput, Release");
}

TEST_F(StoppingAService, AStartDuringAStopBeginsANewLifeWhenTheOldOneIsGone) {
    runs_for_a_while();
    stop();
    start();
    EXPECT_EQ(done(), "TerminateMain");
    exits_leaving_others(0);
    EXPECT_EQ(done(), "TerminateSet");
    becomes_empty();
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(StoppingAService, AStartWhileTheLastOutputIsWrittenBeginsANewLifeAfterIt) {
    runs_for_a_while();
    stop();
    exits(0);
    start();
    drained();
    EXPECT_EQ(done(), "TerminateMain, Drain, Spawn");
}

TEST_F(StoppingAService, AStopOvertakesAStartThatWaitedForAStop) {
    runs_for_a_while();
    stop();
    start();
    stop();
    exits(0);
    drained();
    EXPECT_EQ(done(), "TerminateMain, Drain, Release");
    EXPECT_TRUE(down());
}

TEST_F(StoppingAService, LastOutputThatCannotBeWrittenIsTriedAgainForAWhile) {
    runs_for_a_while();
    stop();
    exits(0);
    EXPECT_EQ(done(), "TerminateMain, Drain");
    log_is_blocked();
    EXPECT_EQ(due_in(), "+250ms");
    advance(250ms);
    EXPECT_EQ(done(), "Drain");
    log_is_blocked();
    advance(model::kDrainTime - 300ms);
    EXPECT_EQ(done(), "Drain");
    advance(300ms);
    EXPECT_EQ(done(), "LeaveOutput, Release");
    EXPECT_TRUE(down());
}
