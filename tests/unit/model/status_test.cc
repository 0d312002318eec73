// What a person is told of a service in each of its states.

#include "model/status.h"

#include "service_fixture.h"

using namespace std::chrono_literals;

class Status : public ServiceTest {};

TEST_F(Status, OfAServiceThatWasNeverStarted) {
    EXPECT_EQ(words(), "down");
    EXPECT_EQ(model::status_of(service, policy, now), model::ServiceStatus{});
}

TEST_F(Status, OfOneThatIsBeingSpawned) {
    start();
    advance(1500ms);
    EXPECT_EQ(words(), "down 1 seconds, starting");
}

TEST_F(Status, OfOneThatIsBeingSpawnedAndIsSeenToRunIsUp) {
    start();
    advance(1500ms);
    EXPECT_EQ(model::in_words(model::status_of(service, policy, now, 12)), "up (pid 12) 1 seconds");
}

TEST_F(Status, OfOneWhoseKeeperHasToldIsWhatThatTold) {
    runs(12);
    EXPECT_EQ(model::in_words(model::status_of(service, policy, now, 13)), "up (pid 12) 0 seconds");
}

TEST_F(Status, OfOneThatIsUpAndThenReady) {
    runs(12);
    EXPECT_EQ(words(), "up (pid 12) 0 seconds");
    advance(2s);
    EXPECT_EQ(words(), "ready (pid 12) 2 seconds");
}

TEST_F(Status, CountsTheSecondsOfAProvenReadinessFromTheProof) {
    policy.has_check = true;
    runs(12);
    advance(5s);
    EXPECT_EQ(words(), "up (pid 12) 5 seconds");
    check_passes();
    advance(3s);
    EXPECT_EQ(words(), "ready (pid 12) 3 seconds");
}

TEST_F(Status, OfOneWhoseCheckFailsIsUp) {
    policy.has_check = true;
    runs(12);
    check_passes();
    advance(10s);
    check_fails();
    EXPECT_EQ(words(), "up (pid 12) 10 seconds");
}

TEST_F(Status, OfOneThatEnded) {
    runs(12);
    exits(3);
    EXPECT_EQ(words(), "down (exitcode 3) 0 seconds, starting");
}

TEST_F(Status, OfOneThatASignalEndedHasNoExitCode) {
    runs(12);
    is_killed_by(11);
    EXPECT_EQ(words(), "down 0 seconds, starting");
}

TEST_F(Status, OfOneThatIsHeldByWhatItHasLeftIsDownAndNotStarting) {
    runs(12);
    exits_leaving_others(0);
    EXPECT_EQ(words(), "ready (exitcode 0) 0 seconds, starting");
    others_are_found_left();
    EXPECT_EQ(words(), "down (exitcode 0) 0 seconds");
}

TEST_F(Status, OfOneThatSucceedsAgainAndAgain) {
    runs(12);
    exits(0);
    EXPECT_EQ(words(), "ready (exitcode 0) 0 seconds, starting");
    advance(1s);
    EXPECT_EQ(words(), "ready (exitcode 0) 0 seconds, starting");
    spawned(13);
    EXPECT_EQ(words(), "ready (pid 13) 0 seconds");
}

TEST_F(Status, OfOneThatIsBeingStoppedIsUpAndNeverReady) {
    runs(12);
    advance(3s);
    stop();
    EXPECT_FALSE(ready());
    EXPECT_EQ(words(), "up (pid 12) 3 seconds, stopping");
    exits_leaving_others(0);
    EXPECT_EQ(words(), "up 3 seconds, stopping");
}

TEST_F(Status, OfOneWhoseLastOutputIsBeingWrittenIsDown) {
    runs(12);
    stop();
    exits(3);
    EXPECT_FALSE(ready());
    EXPECT_EQ(words(), "down");
}

TEST_F(Status, OfOneThatWasStoppedTellsNothingOfHowItEnded) {
    runs(12);
    stop();
    exits(3);
    drained();
    EXPECT_EQ(model::status_of(service, policy, now), model::ServiceStatus{});
}

TEST_F(Status, NeverCountsBackwards) {
    runs(12);
    now -= 5s;
    EXPECT_EQ(words(), "up (pid 12) 0 seconds");
}

TEST(StatusInWords, HasWhateverApplies) {
    EXPECT_EQ(model::in_words(model::ServiceStatus{}), "down");
    EXPECT_EQ(model::in_words(model::ServiceStatus{
                  .state = "up", .pid = 12, .exitcode = 3, .seconds = 2, .process = "stopping"}),
              "up (pid 12) (exitcode 3) 2 seconds, stopping");
}

TEST(SecondsInWords, BecomeMinutesHoursAndDays) {
    EXPECT_EQ(model::in_words(0), "0 seconds");
    EXPECT_EQ(model::in_words(59), "59 seconds");
    EXPECT_EQ(model::in_words(60), "1.0 minutes");
    EXPECT_EQ(model::in_words(90), "1.5 minutes");
    EXPECT_EQ(model::in_words(3599), "60.0 minutes");
    EXPECT_EQ(model::in_words(3600), "1.0 hours");
    EXPECT_EQ(model::in_words(9000), "2.5 hours");
    EXPECT_EQ(model::in_words(86400), "1.0 days");
    EXPECT_EQ(model::in_words(86400 * 400), "400.0 days");
}
