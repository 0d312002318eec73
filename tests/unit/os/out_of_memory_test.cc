#include "os/out_of_memory.h"

#include <gtest/gtest.h>

TEST(OutOfMemoryKills, AreCountedByTheKernel) {
    EXPECT_EQ(os::out_of_memory_kills_in("nr_free_pages 12\noom_kill 3\nnuma_hit 5\n"), 3U);
}

TEST(OutOfMemoryKills, AreNoneWhereNothingIsTold) {
    EXPECT_EQ(os::out_of_memory_kills_in("nr_free_pages 12\nthp_oom_kill 3\n"), 0U);
    EXPECT_EQ(os::out_of_memory_kills_in(""), 0U);
}
