#include "cli/debug_environment.h"

#include <gtest/gtest.h>

TEST(DebugEnvironment, IsTheCallersWithOursInPlaceOfWhatWasThere) {
    const std::vector<std::string> wanted = {"A=1",
                                             "PGCTL_TIMEOUT=5",
                                             "PGCTL_SERVICES=x",
                                             "PGCTL_SERVICE=/p/a",
                                             "PGCTL_SCRATCH=/h/p/a",
                                             "PGCTL_SERVICE_PROCESS=true",
                                             "PGCTL_DEBUG=true"};
    EXPECT_EQ(cli::debug_environment(
                  {"A=1", "PGCTL_SERVICE=/p/b", "PGCTL_TIMEOUT=5", "PGCTL_DEBUG=", "PGCTL_SERVICES=x"},
                  "/p/a", "/h/p/a"),
              wanted);
}
