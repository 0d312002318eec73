#include "os/marked.h"

#include <unistd.h>

#include "fixture.h"

using Found = std::map<std::string, std::vector<os::ProcessId>>;

namespace {

class AMarkedProcess : public InAProc {
  protected:
    void runs(pid_t pid, const std::vector<std::string>& variables, uid_t owner = ::geteuid()) {
        process(pid, {.start_time = 500});
        user(pid, owner);
        environment(pid, variables);
    }
    [[nodiscard]] Found found() const { return os::marked_processes(proc(), "/p"); }
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

TEST_F(InAProc, ALineageGoesUpToTheFirstProcess) {
    process(1, {.parent = 0});
    process(10, {.parent = 1});
    process(11, {.parent = 10});
    EXPECT_EQ(os::lineage(proc(), 11), (std::vector<pid_t>{11, 10, 1}));
}

TEST_F(InAProc, ALineageEndsWhereAParentIsGone) {
    process(11, {.parent = 10});
    EXPECT_EQ(os::lineage(proc(), 11), (std::vector<pid_t>{11, 10}));
    EXPECT_EQ(os::lineage(proc(), 0), std::vector<pid_t>{});
}
