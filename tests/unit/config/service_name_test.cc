#include "config/service_name.h"

#include <gtest/gtest.h>

using config::problem_of_name;

TEST(ServiceName, SpacesDotsAndLettersOfAnyKindAreFine) {
    for (const std::string name :
         {"web", "my web", ".hidden", "a.b", "...", "w-", "\xc3\xa9t\xc3\xa9", "(all services"}) {
        EXPECT_EQ(problem_of_name(name), std::nullopt) << name;
    }
    EXPECT_EQ(problem_of_name(std::string(255, 'x')), std::nullopt);
}

TEST(ServiceName, WhatWouldBeMisreadIsRefused) {
    EXPECT_EQ(problem_of_name(""), "it is empty");
    EXPECT_EQ(problem_of_name("."), "it names a directory's self or parent");
    EXPECT_EQ(problem_of_name(".."), "it names a directory's self or parent");
    EXPECT_EQ(problem_of_name("a/b"), "it has a slash");
    EXPECT_EQ(problem_of_name("a\nb"), "it has a line end");
    EXPECT_EQ(problem_of_name("a\x1b[0m"), "it has a control character");
    EXPECT_EQ(problem_of_name("a\x7f"), "it has a control character");
    EXPECT_EQ(problem_of_name("-a"), "it starts with a dash, like an option");
    EXPECT_EQ(problem_of_name("a\xff"), "it is not valid UTF-8");
    EXPECT_EQ(problem_of_name(std::string(256, 'x')), "it is longer than 255 bytes");
}
