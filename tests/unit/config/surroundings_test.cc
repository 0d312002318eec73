#include "config/surroundings.h"

#include "fixture.h"

namespace {

class Surroundings : public ConfigTest {};

}  // namespace

TEST_F(Surroundings, TheLastVariableOfANameCounts) {
    surroundings.environment = {"A=1", "AB=2", "A=3=x", "E=", "F"};
    EXPECT_EQ(surroundings.variable("A"), "3=x");
    EXPECT_EQ(surroundings.variable("AB"), "2");
    EXPECT_EQ(surroundings.variable("E"), "");
    EXPECT_EQ(surroundings.variable("F"), std::nullopt);
    EXPECT_EQ(surroundings.filled_variable("E"), std::nullopt);
    EXPECT_EQ(surroundings.filled_variable("A"), "3=x");
}

TEST_F(Surroundings, WithoutHomeThePasswdFileTellsIt) {
    file("passwd", "root:x:0:0::/root:/bin/sh\nann:x:1234:1234:Ann:/srv/ann:/bin/sh\n");
    surroundings.passwd_file = at("passwd");
    surroundings.user = 1234;
    EXPECT_EQ(surroundings.home(), root + "/home");
    surroundings.environment = {"HOME="};
    EXPECT_EQ(surroundings.home(), "/srv/ann");
    surroundings.user = 4321;
    EXPECT_EQ(surroundings.home(), std::nullopt);
    surroundings.passwd_file = at("none");
    EXPECT_EQ(surroundings.home(), std::nullopt);
}

TEST_F(Surroundings, ATildeIsExpandedAtTheBeginningOnly) {
    file("passwd", "ann:x:1234:1234:Ann:/srv/ann:/bin/sh\n");
    surroundings.passwd_file = at("passwd");
    EXPECT_EQ(surroundings.expanded("~"), root + "/home");
    EXPECT_EQ(surroundings.expanded("~/a/~"), root + "/home/a/~");
    EXPECT_EQ(surroundings.expanded("~ann/b"), "/srv/ann/b");
    EXPECT_EQ(surroundings.expanded("~bob"), std::nullopt);
    EXPECT_EQ(surroundings.expanded("/x/~"), "/x/~");
}

TEST_F(Surroundings, TheSearchUpwardsEndsAtTheTop) {
    surroundings.working_directory = at("inner");
    EXPECT_EQ(surroundings.directories_upwards(), (Lines{at("inner"), root + "/work", root}));
    surroundings.top = "/nowhere";
    EXPECT_EQ(surroundings.directories_upwards().back(), "/");
}

TEST_F(Surroundings, TheSearchUpwardsEndsAtAFileSystemsBoundary) {
    surroundings.working_directory = "/proc/self";
    surroundings.top = "/";
    EXPECT_EQ(surroundings.directories_upwards(), (Lines{"/proc/self", "/proc"}));
}

TEST_F(Surroundings, AWorkingDirectoryThatIsGoneHasNothingAbove) {
    surroundings.working_directory = at("gone");
    EXPECT_TRUE(surroundings.directories_upwards().empty());
}

TEST_F(Surroundings, PathsAreShownRelativeAndInOneLine) {
    EXPECT_EQ(surroundings.shown(at("a\nb")), "a\\nb");
    EXPECT_EQ(surroundings.shown("/etc/x"), "/etc/x");
}
