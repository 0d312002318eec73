#include "os/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "os/fd.h"

namespace {

// The lowest number that is free.
int free_number() {
    return os::Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
}

bool is_passed_on(int fd) {
    return ::fcntl(fd, F_GETFD) == 0;
}

}  // namespace

TEST(OpenNullAt, PlacesADescriptorThatIsPassedOn) {
    const int wanted = free_number() + 10;
    ASSERT_TRUE(os::open_null_at(wanted));
    const os::Fd null(wanted);
    EXPECT_TRUE(is_passed_on(wanted));
    EXPECT_EQ(::write(wanted, "\n", 1), 1);
}

TEST(OpenNullAt, AlsoWhereItIsTheNumberThatOpenReturns) {
    const int wanted = free_number();
    ASSERT_TRUE(os::open_null_at(wanted));
    const os::Fd null(wanted);
    EXPECT_TRUE(is_passed_on(wanted));
}

TEST(OpenNullAt, TakesThePlaceOfWhatWasThere) {
    const os::Fd before(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(os::open_null_at(before.get()));
    char byte = 0;
    EXPECT_EQ(::read(before.get(), &byte, 1), 0);
}
