// The ready check: when it runs, what it decides, what is said in the service's log.

#include "service_fixture.h"

using namespace std::chrono_literals;

class Checks : public ServiceTest {
  protected:
    Checks() { policy.has_check = true; }

    void becomes_ready(int pid) {
        runs(pid);
        check_passes();
        static_cast<void>(done());
    }
};

TEST_F(Checks, TheFirstBeginsWithTheService) {
    runs(12);
    EXPECT_EQ(done(), "Spawn, BeginCheck");
}

TEST_F(Checks, WaitForARunThatPreparesSomethingBeforeItsHelper) {
    policy.has_helper = true;
    runs(12);
    advance(1s);
    EXPECT_EQ(done(), "Spawn");
    comes_to_its_helper();
    EXPECT_EQ(done(), "BeginCheck");
    comes_to_its_helper();
    EXPECT_EQ(done(), "");
}

TEST_F(Checks, BeginBeforeTheTimeIsOverWhereARunNeverComesToTheHelperThatItNames) {
    policy.has_helper = true;
    runs(12);
    EXPECT_EQ(due_in(), "+1500ms");
    advance(1500ms);
    EXPECT_EQ(done(), "Spawn, BeginCheck");
}

TEST_F(Checks, OfAServiceThatWasReadyAreNotHastenedByItsHelper) {
    policy.has_helper = true;
    runs(12);
    comes_to_its_helper();
    check_passes();
    static_cast<void>(done());
    comes_to_its_helper();
    EXPECT_EQ(done(), "");
}

TEST_F(Checks, LivingIsNoProof) {
    runs(12);
    advance(1s);
    EXPECT_FALSE(ready());
    EXPECT_EQ(words(), "up (pid 12) 1 seconds");
}

TEST_F(Checks, OneThatPassesMakesReadyAndSaysSo) {
    runs(12);
    static_cast<void>(done());
    check_passes();
    EXPECT_TRUE(ready());
    EXPECT_EQ(done(), "Say(pgctl-poll-ready: service's ready check succeeded)");
}

TEST_F(Checks, AreRepeatedEveryPollReadyUntilOnePasses) {
    runs(12);
    static_cast<void>(done());
    check_fails();
    EXPECT_EQ(due_in(), "+150ms");
    advance(149ms);
    EXPECT_EQ(done(), "");
    advance(1ms);
    EXPECT_EQ(done(), "BeginCheck");
}

TEST_F(Checks, NeverRestartAServiceThatWasNotReadyYet) {
    runs(12);
    for (int i = 0; i < 1000; ++i) {
        check_fails();
        advance(150ms);
    }
    EXPECT_EQ(state().substr(0, 10), "running 12");
    EXPECT_EQ(service.restarts, 0u);
}

TEST_F(Checks, AreRepeatedEveryPollDownAfterwards) {
    becomes_ready(12);
    advance(9999ms);
    EXPECT_EQ(done(), "");
    advance(1ms);
    EXPECT_EQ(done(), "BeginCheck");
    check_passes();
    EXPECT_EQ(done(), "");
    EXPECT_EQ(due_in(), "+10s");
}

TEST_F(Checks, NeverOverlap) {
    becomes_ready(12);
    advance(10s);
    EXPECT_EQ(done(), "BeginCheck");
    advance(9s);
    EXPECT_EQ(done(), "");
}

TEST_F(Checks, OneThatFailsTakesTheReadinessAway) {
    becomes_ready(12);
    advance(10s);
    check_fails();
    EXPECT_FALSE(ready());
    EXPECT_EQ(done(), "BeginCheck, Say(pgctl-poll-ready: failed (restarting in 2.00 seconds))");
}

TEST_F(Checks, ACheckThatFailsForLongerThanItsTimeoutRestartsTheService) {
    becomes_ready(12);
    advance(10s);
    check_fails();
    static_cast<void>(done());
    advance(2s);
    EXPECT_EQ(done(), "BeginCheck");
    check_fails();
    EXPECT_EQ(
        done(),
        "Say(pgctl-poll-ready: failed for more than 2.00 seconds -- we are restarting this service for you), "
        "Say(pgctl-poll-ready: service is stopping -- quitting the poll), TerminateMain");
    exits(143);
    EXPECT_EQ(done(), "Spawn");
    EXPECT_EQ(service.restarts, 1u);
    spawned(13);
    EXPECT_EQ(done(), "BeginCheck");
}

TEST_F(Checks, SayHowLongItIsUntilTheRestart) {
    policy.poll_down = 500ms;
    becomes_ready(12);
    advance(500ms);
    check_fails();
    advance(500ms);
    check_fails();
    EXPECT_EQ(done(),
              "BeginCheck, Say(pgctl-poll-ready: failed (restarting in 2.00 seconds)), "
              "BeginCheck, Say(pgctl-poll-ready: failed (restarting in 1.50 seconds))");
}

TEST_F(Checks, OneThatPassesInTimeSavesTheServiceFromItsRestart) {
    becomes_ready(12);
    advance(10s);
    check_fails();
    advance(2s);
    static_cast<void>(done());
    check_passes();
    EXPECT_TRUE(ready());
    EXPECT_EQ(done(), "Say(pgctl-poll-ready: service's ready check succeeded)");
    advance(10s);
    check_fails();
    EXPECT_EQ(done(), "BeginCheck, Say(pgctl-poll-ready: failed (restarting in 2.00 seconds))");
}

TEST_F(Checks, AServiceThatIgnoresTermAfterAFailedCheckIsKilledAndStartedAgain) {
    becomes_ready(12);
    advance(10s);
    check_fails();
    advance(2s);
    check_fails();
    static_cast<void>(done());
    advance(2s);
    EXPECT_EQ(done(), "KillSet");
    is_killed_by(9);
    EXPECT_EQ(done(), "Spawn");
}

TEST_F(Checks, OneThatDoesNotEndIsKilledAndHasFailed) {
    runs(12);
    static_cast<void>(done());
    advance(10s);
    EXPECT_EQ(done(),
              "EndCheck, Say(pgctl-poll-ready: ./ready did not end within 10.00 seconds -- killed it)");
    EXPECT_EQ(due_in(), "+150ms");
}

TEST_F(Checks, OneMayTakeAsLongAsTimeoutReady) {
    policy.timeout_ready = 30s;
    runs(12);
    static_cast<void>(done());
    advance(29999ms);
    EXPECT_EQ(done(), "");
    advance(1ms);
    EXPECT_EQ(done(),
              "EndCheck, Say(pgctl-poll-ready: ./ready did not end within 30.00 seconds -- killed it)");
}

TEST_F(Checks, OneThatHangsForTooLongAfterTheServiceWasReadyRestartsIt) {
    becomes_ready(12);
    advance(20s);
    EXPECT_EQ(done(),
              "BeginCheck, EndCheck, "
              "Say(pgctl-poll-ready: ./ready did not end within 10.00 seconds -- killed it), "
              "Say(pgctl-poll-ready: failed (restarting in 2.00 seconds))");
    advance(2s);
    check_fails();
    EXPECT_EQ(state(), "stopping 12 since -22s, until +2s, force, by itself");
}

TEST_F(Checks, TheResultOfOneThatWasKilledCountsForNothing) {
    runs(12);
    advance(10s);
    check_passes();
    EXPECT_FALSE(ready());
}

TEST_F(Checks, OneThatOutlivesItsServiceProvesNothing) {
    runs(12);
    advance(1s);
    static_cast<void>(done());
    exits(1);
    EXPECT_EQ(done(), "EndCheck, Spawn");
    check_passes();
    EXPECT_FALSE(ready());
}

TEST_F(Checks, AStopEndsTheOneThatRuns) {
    runs(12);
    static_cast<void>(done());
    stop();
    EXPECT_EQ(done(),
              "Say(pgctl-poll-ready: service is stopping -- quitting the poll), EndCheck, TerminateMain");
    check_passes();
    EXPECT_FALSE(ready());
}

TEST_F(Checks, BeginAgainUnderANewSupervisor) {
    becomes_ready(12);
    for (auto& action : model::step(service, policy, model::Standing{.pid = 12}, now))
        actions.push_back(action);
    advance(0s);
    EXPECT_EQ(done(), "BeginCheck");
    EXPECT_TRUE(ready());
}

TEST_F(Checks, ANewSupervisorsNewsDoNotMakeThemOverlap) {
    runs(12);
    static_cast<void>(done());
    for (auto& action : model::step(service, policy, model::Standing{.pid = 12}, now))
        actions.push_back(action);
    advance(1s);
    EXPECT_EQ(done(), "");
}

TEST_F(Checks, AloneProveReadinessWhereThereIsANotificationTooWhichHastensThem) {
    policy.has_notification = true;
    runs(12);
    notifies();
    EXPECT_FALSE(ready());
    check_fails();
    EXPECT_FALSE(ready());
    static_cast<void>(done());
    notifies();
    EXPECT_FALSE(ready());
    advance(0s);
    EXPECT_EQ(done(), "BeginCheck");
    check_passes();
    EXPECT_TRUE(ready());
    static_cast<void>(done());
    notifies();
    advance(0s);
    EXPECT_EQ(done(), "");
}
