#include "keeper/service_path.h"

#include <gtest/gtest.h>

#include <climits>
#include <string>

#include "protocol/runtime_directory.h"

namespace {

std::string text(const char* path) {
    return path;
}

TEST(AServicePath, IsTheOneThatTheOtherRolesUse) {
    const protocol::RuntimeDirectory directory("/home/x/.run", "/p/playground");
    const char* runtime = directory.root().c_str();
    EXPECT_EQ(keeper::with_service_path(runtime, "a b", "spawn", text), directory.spawn_file("a b"));
    EXPECT_EQ(keeper::with_service_path(runtime, "a b", "output", text), directory.output("a b"));
    EXPECT_EQ(keeper::with_reports_path(runtime, text), directory.reports());
}

TEST(AServicePath, ThatTheKernelWouldNotTakeIsEmpty) {
    const std::string fits(PATH_MAX - 1 - std::string("/services/a/spawn").size(), 'r');
    EXPECT_EQ(keeper::with_service_path(fits.c_str(), "a", "spawn", text), fits + "/services/a/spawn");
    EXPECT_EQ(keeper::with_service_path((fits + "r").c_str(), "a", "spawn", text), "");
}

}  // namespace
