// Starting, and what becomes of a service that ends or cannot be executed.

#include "service_fixture.h"

using namespace std::chrono_literals;

class Lives : public ServiceTest {};

TEST_F(Lives, AStartSpawnsAndAStopTakesItAllTheWayDown) {
    start();
    EXPECT_EQ(done(), "Spawn");
    spawned(12);
    advance(5s);
    EXPECT_EQ(state(), "running 12 since -5s, ready -4900ms");
    stop();
    EXPECT_EQ(done(), "TerminateMain");
    exits(143);
    EXPECT_EQ(done(), "Drain");
    EXPECT_FALSE(down());
    drained();
    EXPECT_EQ(done(), "Release");
    EXPECT_TRUE(down());
    EXPECT_EQ(service.generation, 1u);
}

TEST_F(Lives, AServiceThatWasNeverStartedIsDown) {
    EXPECT_TRUE(down());
    EXPECT_FALSE(ready());
    EXPECT_EQ(due_in(), "never");
}

TEST_F(Lives, AServiceThatRunsAndIsReadyNeverWakesAnybody) {
    runs(12);
    advance(100ms);
    wakes = 0;
    advance(24h);
    EXPECT_EQ(wakes, 0);
    EXPECT_EQ(due_in(), "never");
}

TEST_F(Lives, AStartOfAServiceThatRunsChangesNothing) {
    runs(12);
    advance(1s);
    static_cast<void>(done());
    start();
    EXPECT_EQ(done(), "");
    EXPECT_EQ(state(), "running 12 since -1s, ready -900ms");
}

TEST_F(Lives, AServiceThatEndsIsStartedAgainAtMostOnceASecond) {
    runs(12);
    advance(300ms);
    static_cast<void>(done());
    exits(1);
    EXPECT_EQ(done(), "");
    EXPECT_EQ(due_in(), "+700ms");
    advance(699ms);
    EXPECT_EQ(done(), "");
    advance(1ms);
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Lives, AServiceThatEndsAfterMoreThanASecondIsStartedAgainAtOnce) {
    runs(12);
    advance(1s);
    static_cast<void>(done());
    exits(1);
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Lives, ACrashingServiceLivesSixtyTimesAMinuteAtMost) {
    start();
    for (int i = 0; i < 100; ++i) {
        if (std::holds_alternative<model::Spawning>(service.state)) spawned(100 + i);
        if (std::holds_alternative<model::Running>(service.state)) exits(1);
        advance(600ms);
    }
    EXPECT_LE(service.generation, 61u);
    EXPECT_GE(service.generation, 30u);
}

TEST_F(Lives, RestartsAreCountedSinceTheServiceWasLastWantedUp) {
    runs(12);
    advance(1s);
    exits(1);
    spawned(13);
    advance(1s);
    is_killed_by(11);
    EXPECT_EQ(service.restarts, 2u);
    spawned(14);
    start();
    EXPECT_EQ(service.restarts, 2u);
    stop();
    exits(0);
    drained();
    start();
    EXPECT_EQ(service.restarts, 0u);
}

TEST_F(Lives, LeftoversOfAnEarlierLifeDoNotKeepTheNextFromStarting) {
    runs(12);
    advance(1s);
    static_cast<void>(done());
    exits_leaving_others(1);
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Lives, ARunThatCannotBeExecutedIsTriedAgainAfter1_2_4_8_10And10Seconds) {
    start();
    std::vector<std::string> pauses;
    for (int i = 0; i < 6; ++i) {
        not_spawned();
        pauses.push_back(due_in());
        advance(10s);
        ASSERT_EQ(state().substr(0, 8), "spawning");
    }
    EXPECT_EQ(pauses, (std::vector<std::string>{"+1s", "+2s", "+4s", "+8s", "+10s", "+10s"}));
}

TEST_F(Lives, AnEndlesslyFailingSpawnNeverOverflowsItsPause) {
    service.failed_spawns = 0xFFFFFFF0U;
    start();
    service.failed_spawns = 0xFFFFFFF0U;
    not_spawned();
    EXPECT_EQ(due_in(), "+10s");
}

TEST_F(Lives, ASpawnThatSucceedsForgetsTheFailedOnesBefore) {
    start();
    not_spawned();
    advance(1s);
    not_spawned();
    advance(2s);
    spawned(12);
    EXPECT_EQ(service.failed_spawns, 0u);
    advance(2s);
    exits(1);
    not_spawned();
    EXPECT_EQ(due_in(), "+1s");
}

TEST_F(Lives, WhoeverAsksAgainDoesNotWaitForTheNextAttempt) {
    start();
    not_spawned();
    static_cast<void>(done());
    start();
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Lives, AServiceThatCannotBeExecutedIsNeverReady) {
    start();
    not_spawned();
    EXPECT_FALSE(ready());
    EXPECT_EQ(words(), "down 0 seconds, starting");
}

TEST_F(Lives, ANewSupervisorThatFindsNothingLeftOfARunningServiceStartsItAgain) {
    runs(12);
    advance(5s);
    static_cast<void>(done());
    for (auto& action : model::step(service, policy, model::NothingLeft{}, now)) actions.push_back(action);
    EXPECT_EQ(done(), "Spawn");
    EXPECT_EQ(service.last_exit, base::ExitStatus::signalled(9));
}

// --- ready ---

TEST_F(Lives, WithoutACheckAServiceIsReadyOnceItHasLivedForSettle) {
    runs(12);
    EXPECT_FALSE(ready());
    advance(99ms);
    EXPECT_FALSE(ready());
    advance(1ms);
    EXPECT_TRUE(ready());
}

TEST_F(Lives, ARunThatFailsBeforeItHasSettledWasNeverReady) {
    runs(12);
    advance(99ms);
    exits(1);
    EXPECT_FALSE(ready());
    EXPECT_EQ(words(), "down (exitcode 1) 0 seconds, starting");
}

TEST_F(Lives, SettleZeroIsReadyAtOnce) {
    policy.settle = 0s;
    runs(12);
    EXPECT_TRUE(ready());
    EXPECT_EQ(due_in(), "never");
}

TEST_F(Lives, ARunThatEndsWithZeroAgainAndAgainCountsAsReady) {
    runs(12);
    exits(0);
    EXPECT_TRUE(ready());
    advance(1s);
    EXPECT_EQ(state(), "spawning since now");
    EXPECT_TRUE(ready());
    spawned(13);
    EXPECT_TRUE(ready());
    exits(1);
    EXPECT_FALSE(ready());
}

TEST_F(Lives, ARunThatEndsWithZeroIsNotReadyWhereItHasACheck) {
    policy.has_check = true;
    runs(12);
    exits(0);
    EXPECT_FALSE(ready());
    advance(1s);
    EXPECT_FALSE(ready());
    spawned(13);
    EXPECT_FALSE(ready());
}

TEST_F(Lives, AnEarlierSuccessSaysNothingOfAServiceThatIsStartedAnew) {
    runs(12);
    exits(0);
    stop();
    drained();
    start();
    EXPECT_FALSE(ready());
}

TEST_F(Lives, AnObedientEndSaysNothingOfTheLifeAfterIt) {
    runs(12);
    advance(1s);
    stop();
    start();
    exits(0);
    EXPECT_EQ(state(), "spawning since now");
    EXPECT_FALSE(ready());
    spawned(13);
    EXPECT_FALSE(ready());
}

TEST_F(Lives, ANotificationMakesReadyAndNothingElseDoes) {
    policy.has_notification = true;
    runs(12);
    advance(1h);
    EXPECT_FALSE(ready());
    notifies();
    EXPECT_TRUE(ready());
    EXPECT_EQ(due_in(), "never");
}

TEST_F(Lives, ANotificationThatNobodyAskedForCountsForNothing) {
    runs(12);
    notifies();
    EXPECT_FALSE(ready());
}

TEST_F(Lives, ANewLifeHasToNotifyAgain) {
    policy.has_notification = true;
    runs(12);
    notifies();
    advance(1s);
    exits(1);
    spawned(13);
    EXPECT_FALSE(ready());
}

TEST_F(Lives, ARestartFromWithinIsWantedUpFromItsFirstMoment) {
    runs(12);
    advance(5s);
    static_cast<void>(done());
    restart_from_within();
    EXPECT_EQ(done(), "TerminateMain");
    EXPECT_EQ(service.wanted, model::Wanted::up);
    exits_leaving_others(0);
    EXPECT_EQ(done(), "TerminateSet");
    becomes_empty();
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Lives, ARestartFromWithinKeepsTheSpacingOfLives) {
    runs(12);
    advance(300ms);
    restart_from_within();
    is_killed_by(15);
    EXPECT_EQ(due_in(), "+700ms");
    static_cast<void>(done());
    advance(700ms);
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Lives, AStartFromOutsideHastensARestartFromWithin) {
    runs(12);
    advance(300ms);
    restart_from_within();
    start();
    static_cast<void>(done());
    is_killed_by(15);
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Lives, AStopEndsARestartFromWithin) {
    runs(12);
    advance(5s);
    restart_from_within();
    stop();
    is_killed_by(15);
    drained();
    EXPECT_TRUE(down());
}

TEST_F(Lives, IsSpawningUntilItsKeeperHasAnswered) {
    EXPECT_FALSE(model::is_spawning(service));
    start();
    EXPECT_TRUE(model::is_spawning(service));
    stop();
    EXPECT_TRUE(model::is_spawning(service));
    spawned(12);
    EXPECT_FALSE(model::is_spawning(service));
}
