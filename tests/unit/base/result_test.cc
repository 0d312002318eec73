#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

TEST(AnError, SaysWhatWasTriedAndWhyItFailed) {
    EXPECT_EQ((base::Error{.what = "a/run: exec", .number = ENOENT}).message(),
              "a/run: exec: No such file or directory");
}

TEST(AnError, OfTheUsersSaysItAll) {
    EXPECT_EQ((base::Error{.what = "no such thing"}).message(), "no such thing");
}

TEST(AnError, GetsContextOneStepFurtherOut) {
    const base::Error error = base::Error{.what = "exec", .number = EACCES}.in("run").in("web");
    EXPECT_EQ(error.what, "web: run: exec");
    EXPECT_EQ(error.message(), "web: run: exec: Permission denied");
}

TEST(ASystemError, HasErrnoAsItIsNow) {
    errno = EEXIST;
    const base::Status status = base::system_error("mkdir");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().number, EEXIST);
    EXPECT_EQ(status.error().what, "mkdir");
}

TEST(ASystemError, HasTheNumberItIsGiven) {
    errno = EEXIST;
    const base::Result<int> result = base::system_error("exec", ENOEXEC);
    EXPECT_EQ(result.error().number, ENOEXEC);
}

TEST(AFailure, HasNoNumber) {
    const base::Status status = base::failure("circular");
    EXPECT_EQ(status.error().number, 0);
    EXPECT_EQ(status.error().message(), "circular");
}

TEST(AnErrorThatIsPassedOn, IsTheSame) {
    const base::Result<int> inner = base::system_error("open", EPERM);
    const base::Status outer = base::passed_on(inner.error());
    EXPECT_EQ(outer.error().message(), "open: Operation not permitted");
}
