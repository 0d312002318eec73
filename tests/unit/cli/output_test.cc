#include "cli/output.h"

#include <gtest/gtest.h>

TEST(Messages, BeginWithOurName) {
    EXPECT_EQ(cli::message("Starting: ä"), "[pgctl] Starting: ä\n");
    EXPECT_EQ(cli::error_message("no"), "[pgctl] ERROR: no\n");
}

TEST(Messages, WithoutATextHaveNoBlankAtTheEnd) {
    EXPECT_EQ(cli::message(""), "[pgctl]\n");
}
