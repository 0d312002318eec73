#include "supervisor/logger_watch.h"

#include <gtest/gtest.h>

#include "proc_tree.h"

using supervisor::LoggerWatch;

namespace {

constexpr pid_t kKeeper = 10;

// A keeper with children, on a /proc of our own making.
class ALogger : public testing::Test, protected ProcTree {
  protected:
    ALogger() {
        process(kKeeper, 1, "keeper", 'S');
        process(11, kKeeper, "supervisor", 'S');
        children(kKeeper, "11 12");
    }

    void process(pid_t pid, pid_t parent, const std::string& role, char state) {
        ProcTree::process(pid, {.parent = parent, .command = "pgctl", .state = state});
        command_line(pid, {"pgctl", role, "/p"});
    }
};

}  // namespace

TEST_F(ALogger, ThatWaitsOrWorksIsNoTrouble) {
    const os::Proc proc = this->proc();
    LoggerWatch watch(proc);
    process(12, kKeeper, "logger", 'S');
    EXPECT_EQ(watch.trouble(kKeeper), "");
    process(12, kKeeper, "logger", 'R');
    EXPECT_EQ(watch.trouble(kKeeper), "");
}

TEST_F(ALogger, ThatIsStoppedIsNamed) {
    const os::Proc proc = this->proc();
    LoggerWatch watch(proc);
    process(12, kKeeper, "logger", 'T');
    EXPECT_EQ(watch.trouble(kKeeper), "the logger is stopped");
    process(12, kKeeper, "logger", 'S');
    EXPECT_EQ(watch.trouble(kKeeper), "");
}

TEST_F(ALogger, IsLookedForAgainWhenItWasReplaced) {
    const os::Proc proc = this->proc();
    LoggerWatch watch(proc);
    process(12, kKeeper, "logger", 'T');
    EXPECT_EQ(watch.trouble(kKeeper), "the logger is stopped");
    gone(12);
    children(kKeeper, "11");
    EXPECT_EQ(watch.trouble(kKeeper), "") << "there is none at the moment";
    process(13, kKeeper, "logger", 'T');
    children(kKeeper, "11 13");
    EXPECT_EQ(watch.trouble(kKeeper), "the logger is stopped");
}

TEST_F(ALogger, IsNotAStrangerThatGotItsPid) {
    const os::Proc proc = this->proc();
    LoggerWatch watch(proc);
    process(12, kKeeper, "logger", 'T');
    EXPECT_EQ(watch.trouble(kKeeper), "the logger is stopped");
    process(12, 1, "sleep", 'T');
    children(kKeeper, "11");
    EXPECT_EQ(watch.trouble(kKeeper), "");
}
