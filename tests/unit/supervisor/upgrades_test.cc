#include "supervisor/upgrades.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "protocol/trial.h"

using supervisor::describe_upgrade_failure;
using enum model::UpgradeFault;

namespace {

constexpr int exited(int code) {
    return code << 8;  // man 2 wait
}

}  // namespace

TEST(AFailedUpgrade, IsDescribedByWhatItsProcessDid) {
    EXPECT_EQ(describe_upgrade_failure(supervisor_ended, SIGSEGV, ""), "its supervisor ended with SIGSEGV");
    EXPECT_EQ(describe_upgrade_failure(supervisor_ended, exited(0), ""),
              "its supervisor ended with exit code 0");
    EXPECT_EQ(describe_upgrade_failure(logger_ended, exited(127), ""), "its logger ended with exit code 127");
    EXPECT_EQ(describe_upgrade_failure(supervisor_silent, 0, ""), "its supervisor did not get ready");
    EXPECT_EQ(describe_upgrade_failure(logger_silent, 0, ""), "its logger did not get ready");
    EXPECT_EQ(describe_upgrade_failure(unreachable, EACCES, ""),
              "its program can't be opened: Permission denied");
}

TEST(AFailedUpgrade, IsDescribedByWhatTheProgramSaidItself) {
    const int unfit = exited(protocol::kUnfit);
    EXPECT_EQ(describe_upgrade_failure(supervisor_ended, unfit, "I don't know this"), "I don't know this");
    EXPECT_EQ(describe_upgrade_failure(logger_ended, unfit, "no room"), "its logger: no room");
    EXPECT_EQ(describe_upgrade_failure(supervisor_ended, unfit, ""), "its supervisor ended with exit code 4");
}

TEST(AFailedUpgrade, IsNotDescribedByWhatAnotherProgramSaid) {
    EXPECT_EQ(describe_upgrade_failure(supervisor_ended, SIGKILL, "I don't know this"),
              "its supervisor ended with SIGKILL");
}

TEST(AFailedUpgrade, OfAnUnknownKindIsDescribedAllTheSame) {
    EXPECT_EQ(describe_upgrade_failure(static_cast<model::UpgradeFault>(99), 0, ""), "it failed");
}
