#include "os/shortage.h"

#include <gtest/gtest.h>

#include "base/result.h"

namespace {

// Fails with `error` so many times, and then returns how often it was tried.
auto failing(int times, int error, int& tries) {
    return [=, &tries]() -> base::Result<int> {
        if (++tries <= times) return base::system_error("attempt", error);
        return tries;
    };
}

}  // namespace

TEST(AShortage, IsWhatMayBeOverAtAnyTime) {
    for (const int error : {EAGAIN, ENOMEM, EMFILE, ENFILE, ENOBUFS}) EXPECT_TRUE(os::is_shortage(error));
    for (const int error : {0, ESRCH, ENOENT, EACCES, EINTR}) EXPECT_FALSE(os::is_shortage(error));
}

TEST(AnAttempt, IsMadeAgainWhereItFailsForAShortage) {
    int tries = 0;
    EXPECT_EQ(os::persistently(failing(2, EMFILE, tries)).value(), 3);
}

TEST(AnAttempt, IsNotMadeForEver) {
    int tries = 0;
    EXPECT_EQ(os::persistently(failing(1000, ENOMEM, tries)).error().number, ENOMEM);
    EXPECT_LT(tries, 10);
}

TEST(AnAttempt, ThatTellsOfItsObjectIsMadeOnce) {
    int tries = 0;
    EXPECT_EQ(os::persistently(failing(1, ESRCH, tries)).error().number, ESRCH);
    EXPECT_EQ(tries, 1);
}
