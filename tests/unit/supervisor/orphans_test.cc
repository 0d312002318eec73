// Which processes are taken for what somebody has left behind, on a /proc of our own making. Nothing is
// signalled here: the numbers in it may be those of real processes.

#include "supervisor/orphans.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "proc_tree.h"

using supervisor::Orphans;
using Pids = std::vector<pid_t>;

namespace {

constexpr pid_t kKeeper = 40;

class AnOrphan : public testing::Test, protected ProcTree {
  protected:
    void process(pid_t pid, const std::string& service, const std::string& below = "") {
        ProcTree::process(pid, {.start_time = pid});
        user(pid, ::geteuid());
        command_line(pid, {"sh"});
        children(pid, below);
        environment(pid, service.empty() ? std::vector<std::string>()
                                         : std::vector<std::string>{"PGCTL_SERVICE=" + service,
                                                                    "PGCTL_SERVICE_PROCESS=true"});
    }
    void we_have(const std::string& pids) { children(::getpid(), pids); }
    void ends(pid_t check) {
        we_have("");
        orphans.check_ended(check, "/p/b");
    }
    [[nodiscard]] Pids left_by_check(const std::string& service) const {
        Pids pids;
        for (const os::ProcessId& id : orphans.left_by_check(service)) pids.push_back(id.pid);
        return pids;
    }

    supervisor::Loop loop;
    os::Proc tree = proc();
    Orphans orphans{loop, tree};
};

bool is_logger(pid_t pid) {
    return pid == 41;
}

}  // namespace

TEST_F(AnOrphan, OfACheckCarriesTheMarkOfItsService) {
    we_have("51 52");
    process(51, "/p/a");
    process(52, "/p/b");
    EXPECT_EQ(left_by_check("/p/a"), Pids{51});
}

TEST_F(AnOrphan, WithoutAMarkIsLeftAloneWhileItMayBeAnotherChecks) {
    we_have("51 60");
    process(51, "");
    process(60, "/p/b");
    orphans.check_began(60);
    EXPECT_EQ(left_by_check("/p/a"), Pids{});
    ends(60);
    we_have("51");
    EXPECT_EQ(left_by_check("/p/a"), Pids{51});
}

TEST_F(AnOrphan, IsNoCheckThatRuns) {
    we_have("60");
    process(60, "/p/a");
    orphans.check_began(60);
    EXPECT_EQ(left_by_check("/p/a"), Pids{});
}

TEST_F(AnOrphan, OfAKeeperIsKnownByHavingNoMarkAndBelongsWithAllBelowIt) {
    children(kKeeper, "41 42 43");
    process(41, "");
    process(42, "", "44");
    process(44, "");
    process(43, "/p/a");
    EXPECT_EQ(orphans.fallen(kKeeper, true, is_logger).pids, (Pids{42, 44}));
    EXPECT_EQ(orphans.fallen(kKeeper, false, is_logger).pids, (Pids{42, 44, 43})) << "where no mark counts";
    EXPECT_TRUE(orphans.fallen(kKeeper, true, is_logger).complete);
}

TEST_F(AnOrphan, OfAKeeperThatExecutesMayBeOneOfOursAndHoldsTheAnswerOpen) {
    children(kKeeper, "42 43");
    process(42, "");
    ProcTree::process(43, {.environment_begin = 0, .environment_end = 0});
    user(43, ::geteuid());
    environment(43, {});
    command_line(43, {});
    EXPECT_EQ(orphans.fallen(kKeeper, true, is_logger).pids, Pids{42});
    EXPECT_FALSE(orphans.fallen(kKeeper, true, is_logger).complete);
}

TEST_F(AnOrphan, OfAKeeperThatHasEndedIsNobody) {
    children(kKeeper, "42");
    ProcTree::process(42, {.state = 'Z'});
    user(42, ::geteuid());
    environment(42, {});
    command_line(42, {});
    EXPECT_EQ(orphans.fallen(kKeeper, false, is_logger).pids, Pids{});
    EXPECT_TRUE(orphans.fallen(kKeeper, false, is_logger).complete);
}

TEST_F(AnOrphan, WithAMarkTellsItsService) {
    children(kKeeper, "41 42 43");
    process(41, "/p/x");
    process(42, "");
    process(43, "/p/a");
    EXPECT_EQ(orphans.marks(kKeeper, is_logger), std::set<std::string>{"/p/a"});
}
