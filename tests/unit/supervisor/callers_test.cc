#include "supervisor/callers.h"

#include <gtest/gtest.h>

using protocol::Caller;
using supervisor::Callers;

namespace {

Caller caller(int pid, const std::string& variable) {
    return {.pid = pid, .environment = {variable}, .limits = {{.resource = 7, .soft = 1, .hard = 2}}};
}

}  // namespace

TEST(Callers, WhoWouldGiveAServiceTheSameAreOne) {
    Callers callers;
    const auto first = callers.share(caller(1, "A=1"));
    EXPECT_EQ(callers.share(caller(2, "A=1")), first);
}

TEST(Callers, WhoWouldGiveItSomethingElseAreTwo) {
    Callers callers;
    const auto first = callers.share(caller(1, "A=1"));
    Caller other = caller(1, "A=1");
    other.limits[0].soft = 2;
    EXPECT_NE(callers.share(other), first);
    EXPECT_NE(callers.share(caller(1, "A=2")), first);
}
