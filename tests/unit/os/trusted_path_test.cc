#include "os/trusted_path.h"

#include <unistd.h>

#include "fixture.h"

class ATrustedPath : public InADirectory {
  protected:
    void mode(const std::string& path, mode_t bits) { ::chmod(at(path).c_str(), bits); }
    // An error's text, or the path.
    [[nodiscard]] std::string found(const std::string& path) const {
        const auto trusted = os::trusted_path(at(path));
        return trusted ? *trusted : trusted.error().message();
    }
    [[nodiscard]] std::string own(const std::string& path, os::Closed closed) const {
        const auto status = os::own_directory(at(path), closed);
        return status ? "" : status.error().message();
    }
    static bool are_we_root() { return ::geteuid() == 0; }
    void give_away(const std::string& path) { ::lchown(at(path).c_str(), 65534, 65534); }
};

TEST_F(ATrustedPath, IsResolved) {
    directory("a/b");
    link("link", "a/./b/../b");
    link("absolute", at("a"));
    EXPECT_EQ(found("a/b/c"), at("a/b/c"));
    EXPECT_EQ(found("link/c/d"), at("a/b/c/d"));
    EXPECT_EQ(found("absolute/b"), at("a/b"));
    EXPECT_EQ(os::trusted_path("/").value_or(""), "/");
    EXPECT_EQ(os::trusted_path("//..//").value_or(""), "/");
}

TEST_F(ATrustedPath, MayEndWhereOthersCanWriteButNotLeadThroughIt) {
    directory("a/b");
    mode("a", 0777);
    EXPECT_EQ(found("a"), at("a"));
    EXPECT_NE(found("a/b").find(at("a") + ": writable for other users"), std::string::npos);
    mode("a", 01777);
    EXPECT_EQ(found("a/b"), at("a/b"));
    mode("a", 0755);
    EXPECT_EQ(found("a/b"), at("a/b"));
}

TEST(OthersMayWrite, WhereEverybodyMayOrAGroupThatIsNotTheOwnersAlone) {
    EXPECT_FALSE(os::others_may_write(0755, 1000, 1000));
    EXPECT_TRUE(os::others_may_write(0757, 1000, 1000));
    EXPECT_FALSE(os::others_may_write(0775, 1000, 1000)) << "a group of his own, and a umask of 002";
    EXPECT_TRUE(os::others_may_write(0775, 1000, 100));
    EXPECT_FALSE(os::others_may_write(0755, 1000, 100));
}

TEST_F(ATrustedPath, IsNoCircleOfLinks) {
    link("one", "two");
    link("two", "one");
    EXPECT_NE(found("one/a").find("Too many levels of symbolic links"), std::string::npos);
}

TEST_F(ATrustedPath, LeadsThroughNothingOfAnotherUser) {
    if (!are_we_root()) GTEST_SKIP() << "needs root to give something away";
    directory("a/b");
    link("link", "a");
    give_away("link");
    EXPECT_NE(found("link").find(at("link") + ": belongs to another user (uid 65534)"), std::string::npos);
    give_away("a");
    EXPECT_NE(found("a/b").find(at("a") + ": belongs to another user"), std::string::npos);
    EXPECT_EQ(found("a"), at("a"));
}

TEST_F(ATrustedPath, IsForUsWhereItIsOurOwnDirectory) {
    directory("a");
    file("file", "");
    link("link", "a");
    mode("a", 0750);
    EXPECT_EQ(own("a", os::Closed::to_writing), "");
    EXPECT_EQ(own("nothing", os::Closed::to_anything), "");
    EXPECT_NE(own("a", os::Closed::to_anything).find("writable for other users"), std::string::npos);
    EXPECT_NE(own("file", os::Closed::to_writing).find("not a directory"), std::string::npos);
    EXPECT_NE(own("link", os::Closed::to_writing).find("not a directory"), std::string::npos);
    if (!are_we_root()) return;
    give_away("a");
    EXPECT_NE(own("a", os::Closed::to_writing).find("belongs to another user"), std::string::npos);
}
