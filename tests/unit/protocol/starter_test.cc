#include "protocol/starter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

TEST(TheStarter, IsTheParentUnlessAnotherWasNamed) {
    ::unsetenv(protocol::kStarterVariable);
    EXPECT_TRUE(protocol::starter_is_parent());
    ::setenv(protocol::kStarterVariable, std::to_string(::getppid()).c_str(), 1);
    EXPECT_TRUE(protocol::starter_is_parent());
    ::setenv(protocol::kStarterVariable, std::to_string(::getpid()).c_str(), 1);
    EXPECT_FALSE(protocol::starter_is_parent());
    ::unsetenv(protocol::kStarterVariable);
}
