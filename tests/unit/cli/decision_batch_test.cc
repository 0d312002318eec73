#include "cli/decision_batch.h"

#include <gtest/gtest.h>

#include <string>

using namespace std::chrono_literals;

namespace {

class Batch : public testing::Test {
  protected:
    cli::DecisionBatch batch{0.01};
    std::chrono::nanoseconds now = 5h;

    void happens(size_t place, const std::string& event) { batch.add(place, {.event = event}, now); }
    bool is_due() const { return batch.is_due(now); }
    std::string taken() {
        std::string text;
        for (const auto& [place, event] : batch.take()) text += std::to_string(place) + event.event + " ";
        return text;
    }
};

}  // namespace

TEST_F(Batch, IsNotDueWhileItIsEmpty) {
    now += 1h;
    EXPECT_FALSE(is_due());
    EXPECT_EQ(taken(), "");
}

TEST_F(Batch, IsDueWhenTheWindowAfterTheFirstHasPassed) {
    happens(0, "started");
    EXPECT_FALSE(is_due());
    now += 9ms;
    happens(1, "started");
    EXPECT_FALSE(is_due());
    now += 1ms;
    EXPECT_TRUE(is_due());
}

TEST_F(Batch, TellsInTheOrderAskedWhateverTheOrderOfArrival) {
    happens(2, "started");
    happens(0, "failed");
    happens(1, "started");
    EXPECT_EQ(taken(), "0failed 1started 2started ");
}

TEST_F(Batch, KeepsTheOrderOfArrivalForOneService) {
    happens(1, "stopped");
    happens(0, "runaway");
    happens(0, "stopped");
    EXPECT_EQ(taken(), "0runaway 0stopped 1stopped ");
}

TEST_F(Batch, BeginsAnewWhenItWasTaken) {
    happens(0, "started");
    now += 1s;
    EXPECT_EQ(taken(), "0started ");
    EXPECT_FALSE(is_due());
    happens(1, "started");
    EXPECT_FALSE(is_due());
    EXPECT_EQ(taken(), "1started ");
}

TEST_F(Batch, WithoutAWindowIsDueAtOnce) {
    batch = cli::DecisionBatch(0);
    happens(0, "started");
    EXPECT_TRUE(is_due());
}
