#include "os/mapping.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "fixture.h"
#include "os/path_status.h"

class AMapping : public InADirectory {};

TEST_F(AMapping, IsAllThereAndZeroAtFirst) {
    const os::Mapping mapping = os::Mapping::open_exclusively(at("m"), 5000).value();
    ASSERT_EQ(mapping.bytes().size(), 5000u);
    EXPECT_TRUE(std::ranges::all_of(mapping.bytes(), [](char c) { return c == 0; }));
    EXPECT_EQ(os::status_of(at("m")).value().permissions, 0600u);
    EXPECT_EQ(os::status_of(at("m")).value().size, 5000u);
}

TEST_F(AMapping, KeepsWhatWasStoredForTheNext) {
    {
        os::Mapping first = os::Mapping::open_exclusively(at("m"), 100).value();
        const os::Mapping moved(std::move(first));
        moved.bytes()[99] = 'x';
    }
    EXPECT_EQ(os::Mapping::open_exclusively(at("m"), 100).value().bytes()[99], 'x');
}

TEST_F(AMapping, IsLockedForAsLongAsItLives) {
    std::optional<os::Mapping> mapping(os::Mapping::open_exclusively(at("m"), 100).value());
    const os::Fd other = os::open(at("m"), O_RDWR).value();
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), -1);
    mapping.reset();
    EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

TEST_F(AMapping, FollowsNoLinkAndNeedsADirectoryAndASize) {
    link("l", at("m"));
    EXPECT_EQ(os::Mapping::open_exclusively(at("l"), 100).error().number, ELOOP);
    EXPECT_EQ(os::Mapping::open_exclusively(at("missing/m"), 100).error().number, ENOENT);
    EXPECT_EQ(os::Mapping::open_exclusively(at("m"), 0).error().number, EINVAL);
}
