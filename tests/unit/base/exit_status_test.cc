#include "base/exit_status.h"

#include <gtest/gtest.h>
#include <signal.h>

using base::ExitStatus;

TEST(AnExitStatus, OfAProcessThatExitedHasACode) {
    const ExitStatus status = ExitStatus::from_wait(3 << 8);
    EXPECT_EQ(status, ExitStatus::exited(3));
    EXPECT_EQ(status.code(), 3);
    EXPECT_EQ(status.signal(), std::nullopt);
    EXPECT_FALSE(status.success());
    EXPECT_EQ(status.words(), "exit code 3");
}

TEST(AnExitStatus, OfAProcessThatASignalEndedHasASignal) {
    const ExitStatus status = ExitStatus::from_wait(SIGKILL);
    EXPECT_EQ(status, ExitStatus::signalled(SIGKILL));
    EXPECT_EQ(status.code(), std::nullopt);
    EXPECT_EQ(status.signal(), SIGKILL);
    EXPECT_FALSE(status.success());
    EXPECT_EQ(status.words(), "SIGKILL");
}

TEST(AnExitStatus, WithACoreDumpIsTheSignalAlone) {
    EXPECT_EQ(ExitStatus::from_wait(SIGSEGV | 0x80), ExitStatus::signalled(SIGSEGV));
}

TEST(AnExitStatus, OfZeroIsSuccess) {
    EXPECT_TRUE(ExitStatus::from_wait(0).success());
    EXPECT_EQ(ExitStatus::exited(0).words(), "exit code 0");
}

TEST(AnExitStatus, NamesARealTimeSignalByItsNumber) {
    EXPECT_EQ(ExitStatus::signalled(SIGRTMIN).words(), "signal " + std::to_string(SIGRTMIN));
}

TEST(AnExitStatus, OfACodeIsNotThatOfASignalWithTheSameNumber) {
    EXPECT_NE(ExitStatus::exited(9), ExitStatus::signalled(9));
}

TEST(AnExitStatus, IsNeverThatOfAProcessThatOnlyStopped) {
    EXPECT_DEBUG_DEATH({ static_cast<void>(ExitStatus::from_wait(0x137F)); }, "WIFEXITED");
}
