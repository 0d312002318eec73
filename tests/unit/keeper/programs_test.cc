#include "keeper/programs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "keeper/role.h"
#include "os/program_file.h"

using keeper::Programs;

namespace {

protocol::Command upgrade_to(pid_t pid, const std::string& identity) {
    protocol::Command command{.kind = protocol::CommandKind::upgrade, .pid = pid};
    command.set_name(identity);
    return command;
}

const std::string kOurs = keeper::Role{}.program;

}  // namespace

TEST(TheProgramOfRoles, IsTheKeepersOwnAtFirst) {
    EXPECT_EQ(Programs().for_roles(), kOurs);
}

TEST(TheProgramOfRoles, IsTheCandidateForAsLongAsThereIsOne) {
    Programs programs;
    ASSERT_TRUE(programs.open_candidate(upgrade_to(::getpid(), os::own_program_identity())));
    EXPECT_NE(programs.for_roles(), kOurs);
    EXPECT_TRUE(std::filesystem::equivalent(programs.for_roles(), "/proc/self/exe"));
    programs.drop_candidate();
    EXPECT_EQ(programs.for_roles(), kOurs);
}

TEST(TheProgramOfRoles, IsTheOneThatHasProvenFitWhenTheNextHasNot) {
    Programs programs;
    ASSERT_TRUE(programs.open_candidate(upgrade_to(::getpid(), os::own_program_identity())));
    programs.accept_candidate();
    const std::string proven = programs.for_roles();
    EXPECT_NE(proven, kOurs);
    ASSERT_TRUE(programs.open_candidate(upgrade_to(::getpid(), os::own_program_identity())));
    EXPECT_NE(programs.for_roles(), proven);
    programs.drop_candidate();
    EXPECT_EQ(programs.for_roles(), proven);
}

TEST(ACandidate, IsRefusedWhereTheProcessIsNotThatProgram) {
    Programs programs;
    EXPECT_EQ(programs.open_candidate(upgrade_to(::getpid(), "1:2:3:4.5")).error().number, ESTALE);
    EXPECT_EQ(programs.open_candidate(upgrade_to(0x7fffffff, "1:2:3:4.5")).error().number, ENOENT);
    EXPECT_EQ(programs.for_roles(), kOurs);
}

TEST(ACandidate, LiesOutOfTheWayOfARolesFirstDescriptors) {
    Programs programs;
    ASSERT_TRUE(programs.open_candidate(upgrade_to(::getpid(), os::own_program_identity())));
    const int fd = std::stoi(programs.for_roles().substr(std::string("/proc/self/fd/").size()));
    EXPECT_GT(fd, keeper::kPassedFd);
}
