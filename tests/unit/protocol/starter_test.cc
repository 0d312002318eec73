#include "protocol/starter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

TEST(TheStarter, IsTheParentWhereNobodyWasNamed) {
    ::unsetenv(protocol::kStarterVariable);
    EXPECT_EQ(protocol::starter(), ::getppid());
}

TEST(TheStarter, IsNobodyOnceAnotherHasTakenUsOver) {
    ::setenv(protocol::kStarterVariable, std::to_string(::getppid()).c_str(), 1);
    EXPECT_EQ(protocol::starter(), ::getppid());
    ::setenv(protocol::kStarterVariable, std::to_string(::getpid()).c_str(), 1);
    EXPECT_EQ(protocol::starter(), 0);
    ::unsetenv(protocol::kStarterVariable);
}
