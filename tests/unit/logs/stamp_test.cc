#include "logs/stamp.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace logs {
namespace {

class Stamp : public testing::Test {
  protected:
    Stamp() { ::setenv("TZ", "UTC-2", 1); }  // two hours east
    ~Stamp() override { ::unsetenv("TZ"); }

    Stamper stamper;
};

TEST_F(Stamp, IsLocalTimeWithNineDigitsAndTwoSpaces) {
    EXPECT_EQ(stamper.stamp({.seconds = 1'000'000'000, .nanoseconds = 5}), "2001-09-09 03:46:40.000000005  ");
    EXPECT_EQ(stamper.stamp({.seconds = 1'000'000'000, .nanoseconds = 999'999'999}),
              "2001-09-09 03:46:40.999999999  ");
    EXPECT_EQ(stamper.stamp({.seconds = 1'000'000'001, .nanoseconds = 0}), "2001-09-09 03:46:41.000000000  ");
}

TEST_F(Stamp, FollowsAClockThatIsSetBack) {
    EXPECT_EQ(stamper.stamp({.seconds = 86400, .nanoseconds = 0}), "1970-01-02 02:00:00.000000000  ");
    EXPECT_EQ(stamper.stamp({.seconds = 0, .nanoseconds = 1}), "1970-01-01 02:00:00.000000001  ");
}

}  // namespace
}  // namespace logs
