// For whom a service was started, told by a /proc of our own making.

#include "supervisor/shown_caller.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "os/inherited.h"
#include "proc_tree.h"
#include "protocol/limits.h"

using supervisor::caller_shown_by;

namespace {

// Niceness and limits are in no file: those of the test itself are told.
class Shown : public testing::Test, protected ProcTree {
  protected:
    const pid_t pid = ::getpid();
};

}  // namespace

TEST_F(Shown, IsTheEnvironmentAndTheUmask) {
    environment(pid, {"HOME=/home/x", "PGCTL_SERVICE=/p/a"});
    umask(pid, "0027");
    const auto caller = caller_shown_by(proc(), pid);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->environment, (std::vector<std::string>{"HOME=/home/x", "PGCTL_SERVICE=/p/a"}));
    EXPECT_EQ(caller->umask, 027u);
    EXPECT_EQ(caller->niceness, os::own_niceness());
    EXPECT_EQ(caller->limits.size(), protocol::limits_of().size());
}

TEST_F(Shown, IsNothingByOneThatIsGoneOrExecutes) {
    EXPECT_FALSE(caller_shown_by(proc(), pid));
    umask(pid, "0022");
    EXPECT_FALSE(caller_shown_by(proc(), pid));
    environment(pid, {});
    EXPECT_FALSE(caller_shown_by(proc(), pid));
}
