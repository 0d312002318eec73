// For whom a service was started, told by a /proc of our own making.

#include "supervisor/shown_caller.h"

#include <gtest/gtest.h>

#include "proc_tree.h"

using supervisor::caller_shown_by;

namespace {

class Shown : public testing::Test, protected ProcTree {};

}  // namespace

TEST_F(Shown, IsTheEnvironmentAndTheUmask) {
    environment(10, {"HOME=/home/x", "PGCTL_SERVICE=/p/a"});
    umask(10, "0027");
    const auto caller = caller_shown_by(proc(), 10);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->environment, (std::vector<std::string>{"HOME=/home/x", "PGCTL_SERVICE=/p/a"}));
    EXPECT_EQ(caller->umask, 027u);
}

TEST_F(Shown, IsNothingByOneThatIsGoneOrExecutes) {
    EXPECT_FALSE(caller_shown_by(proc(), 10));
    umask(10, "0022");
    EXPECT_FALSE(caller_shown_by(proc(), 10));
    environment(10, {});
    EXPECT_FALSE(caller_shown_by(proc(), 10));
}
