#include "os/program_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "temporary_directory.h"

namespace {

std::string identity_of_file(const std::string& path) {
    const auto file = os::open(path, O_PATH);
    return file ? os::program_identity(file->get()).value_or("") : "";
}

}  // namespace

TEST(TheProgramOfAProcess, IsTheFileThatItExecutes) {
    const auto program = os::open_program_of(::getpid());
    ASSERT_TRUE(program);
    EXPECT_EQ(os::program_identity(program->get()), os::own_program_identity());
    EXPECT_EQ(identity_of_file(std::filesystem::read_symlink("/proc/self/exe")), os::own_program_identity());
    EXPECT_TRUE(std::filesystem::equivalent(os::executable_path(program->get()), "/proc/self/exe"));
}

TEST(TheProgramOfAProcess, IsUnknownWhereThereIsNone) {
    EXPECT_EQ(os::open_program_of(0x7fffffff).error().number, ENOENT);
    EXPECT_FALSE(os::program_identity(-1));
}

class AProgramsIdentity : public testing::Test, protected TemporaryDirectory {};

TEST_F(AProgramsIdentity, IsAnotherForACopyAndForAnotherContent) {
    file("one", "1");
    file("two", "1");
    const std::string before = identity_of_file(at("one"));
    EXPECT_NE(before, "");
    EXPECT_EQ(before, identity_of_file(at("one")));
    EXPECT_NE(before, identity_of_file(at("two")));
    file("one", "12");
    EXPECT_NE(before, identity_of_file(at("one")));
}
