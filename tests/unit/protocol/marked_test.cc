#include "protocol/marked.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "proc_tree.h"
#include "protocol/titles.h"

using Found = std::map<std::string, std::vector<os::ProcessId>>;

namespace {

class AMarkedProcess : public testing::Test, protected ProcTree {
  protected:
    void runs(pid_t pid, const std::vector<std::string>& variables, uid_t owner = ::geteuid()) {
        process(pid, {.start_time = 500});
        user(pid, owner);
        environment(pid, variables);
        command_line(pid, {"sh"});
    }
    [[nodiscard]] Found found() const { return protocol::marked_processes(proc(), "/p").processes; }
    [[nodiscard]] protocol::Mark mark(pid_t pid) const { return protocol::mark_of(proc(), pid); }
    [[nodiscard]] bool complete() const { return protocol::marked_processes(proc(), "/p").complete; }
    void shows_nothing(pid_t pid, const Process& process = {}) {
        this->process(pid, process);
        user(pid, ::geteuid());
        environment(pid, {});
        command_line(pid, {});
    }
    void executes(pid_t pid, const std::string& name, const std::vector<std::string>& arguments) {
        process(pid, {.command = name, .start_time = 500});
        user(pid, ::geteuid());
        environment(pid, {"PATH=/bin"});
        command_line(pid, arguments);
    }
};

const std::string kMark = "PGCTL_SERVICE_PROCESS=true";

}  // namespace

TEST_F(AMarkedProcess, IsFoundByThePathOfItsService) {
    runs(10, {"A=1", kMark, "PGCTL_SERVICE=/p/web"});
    runs(11, {"PGCTL_SERVICE=/p/web", kMark});
    runs(12, {"PGCTL_SERVICE=/p/db", kMark});
    EXPECT_EQ(found(), (Found{{"/p/web", {{.pid = 10, .start_time = 500}, {.pid = 11, .start_time = 500}}},
                              {"/p/db", {{.pid = 12, .start_time = 500}}}}));
}

TEST_F(AMarkedProcess, HasBothMarks) {
    runs(10, {"PGCTL_SERVICE=/p/web"});
    runs(11, {kMark});
    runs(12, {"PGCTL_SERVICE=/p/web", "PGCTL_SERVICE_PROCESS=false"});
    runs(13, {"PGCTL_SERVICE=", kMark});
    runs(14, {"MY_PGCTL_SERVICE=/p/web", kMark});
    EXPECT_EQ(found(), Found{});
}

TEST_F(AMarkedProcess, OfAnotherPlaygroundIsNot) {
    runs(10, {"PGCTL_SERVICE=/p2/web", kMark});
    runs(11, {"PGCTL_SERVICE=/p/sub/web", kMark});
    runs(12, {"PGCTL_SERVICE=/p", kMark});
    EXPECT_EQ(found(), Found{});
}

TEST_F(AMarkedProcess, OfAnotherUserIsNot) {
    runs(10, {"PGCTL_SERVICE=/p/web", kMark}, ::geteuid() + 1);
    EXPECT_EQ(found(), Found{});
}

TEST_F(AMarkedProcess, ThatEndsWhileItIsLookedAtIsNot) {
    environment(10, {"PGCTL_SERVICE=/p/web", kMark});
    EXPECT_EQ(found(), Found{}) << "its status is gone";
    user(10, ::geteuid());
    EXPECT_EQ(found(), Found{}) << "its stat is gone";
    directory("11");
    EXPECT_EQ(found(), Found{});
}

TEST_F(AMarkedProcess, IsAlsoWhatItsKeeperHasForkedAndHasNotExecutedYet) {
    executes(10, protocol::kBeforeExecution, {"pgctl keeper /p/web"});
    executes(11, "pgctl", {"pgctl keeper /p/web"});
    executes(12, protocol::kBeforeExecution, {"pgctl", "supervisor", "/p/web"});
    EXPECT_EQ(found(), (Found{{"/p/web", {{.pid = 10, .start_time = 500}}}})) << "the others are ours";
    EXPECT_TRUE(complete());
}

TEST_F(AMarkedProcess, MayBeOneThatHasComeFurtherWhileItWasRead) {
    executes(10, protocol::kBeforeExecution, {});
    EXPECT_EQ(mark(10), protocol::Mark{.unclear = true});
    executes(10, protocol::kBeforeExecution, {"./run"});
    EXPECT_EQ(mark(10), protocol::Mark{.unclear = true});
    EXPECT_FALSE(complete());
}

TEST_F(AMarkedProcess, MayBeOneThatExecutesJustNow) {
    runs(10, {"PGCTL_SERVICE=/p/web", kMark});
    EXPECT_TRUE(complete());
    shows_nothing(11, {.environment_begin = 0, .environment_end = 0});
    EXPECT_EQ(mark(11), protocol::Mark{.unclear = true});
    EXPECT_FALSE(complete());
    EXPECT_EQ(found().size(), 1u);
    EXPECT_FALSE(protocol::marked_processes_patiently(proc(), "/p").complete);
}

TEST_F(AMarkedProcess, IsNotLookedForInAddressesWhereThereAreNone) {
    shows_nothing(11, {.environment_begin = 0, .environment_end = 0});
    process(12, {.environment_begin = 0, .environment_end = 0});
    link("self", "12");
    EXPECT_EQ(mark(11), protocol::Mark());
}

TEST_F(AMarkedProcess, IsNoneThatShowsNothingForAnotherReason) {
    constexpr unsigned kKernelThread = 0x200000;
    shows_nothing(11, {.state = 'Z', .environment_begin = 0, .environment_end = 0});
    shows_nothing(12, {.command = protocol::kBeforeExecution, .state = 'Z'});
    shows_nothing(13, {.flags = kKernelThread, .environment_begin = 0, .environment_end = 0});
    shows_nothing(14, {});
    shows_nothing(15, {.environment_begin = 0, .environment_end = 0});
    user(15, ::geteuid() + 1);
    for (const pid_t pid : {11, 12}) EXPECT_EQ(mark(pid), protocol::Mark{.ended = true}) << pid;
    for (const pid_t pid : {13, 14, 15}) EXPECT_EQ(mark(pid), protocol::Mark()) << pid;
    EXPECT_TRUE(complete()) << "what has ended is looked at once";
}

TEST_F(AMarkedProcess, ThatHasEndedIsToldFromOneWithoutAMark) {
    EXPECT_EQ(mark(10), protocol::Mark{.ended = true});
    user(10, ::geteuid());
    EXPECT_EQ(mark(10), protocol::Mark{.ended = true});
    process(10, {});
    EXPECT_EQ(mark(10), protocol::Mark{.ended = true});
    environment(10, {"A=1"});
    EXPECT_EQ(mark(10), protocol::Mark());
}
