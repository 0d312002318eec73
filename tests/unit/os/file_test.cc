#include "os/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "fixture.h"
#include "os/fd.h"
#include "os/path_status.h"

using Names = std::vector<std::string>;

class Files : public InADirectory {};

TEST_F(Files, AreReadWhole) {
    file("a", std::string("x\0y\n", 4) + std::string(10'000, 'z'));
    EXPECT_EQ(os::read_file(at("a")).value(), content("a"));
}

TEST_F(Files, AreReadUpToTheLimit) {
    file("a", "12345");
    EXPECT_EQ(os::read_file(at("a"), 5).value(), "12345");
    EXPECT_EQ(os::read_file(at("a"), 4).error().number, EFBIG);
    EXPECT_EQ(os::read_file(at("a"), 4).error().what, at("a"));
}

TEST_F(Files, ThatAreMissingAreAnErrorOrNothing) {
    EXPECT_EQ(os::read_file(at("a")).error().number, ENOENT);
    EXPECT_EQ(os::read_file_if_exists(at("a")).value(), std::nullopt);
    file("a", "x");
    EXPECT_EQ(os::read_file_if_exists(at("a")).value(), "x");
    EXPECT_EQ(os::read_file_if_exists(at("a/b")).value(), std::nullopt) << "its parent is a file";
    EXPECT_EQ(os::read_file_if_exists(root).error().number, EISDIR);
}

TEST_F(Files, ThatAreFifosDoNotHangTheReader) {
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    EXPECT_EQ(os::read_file(at("fifo")).value(), "");
}

TEST_F(Files, APrivateDirectoryIsPrivateHoweverItWasMade) {
    const auto mode_of = [this](const std::string& name) { return os::status_of(at(name))->permissions; };
    ASSERT_TRUE(os::make_private_directories(at("new/below")));
    EXPECT_EQ(mode_of("new/below"), 0700U);
    ASSERT_TRUE(os::make_directories(at("open"), 0777));
    ASSERT_TRUE(os::make_private_directories(at("open")));
    EXPECT_EQ(mode_of("open"), 0700U);
    file("a", "x");
    EXPECT_EQ(os::make_private_directories(at("a")).error().number, ENOTDIR);
}

TEST_F(Files, AreReplacedWholeAndNothingIsLeftBeside) {
    ASSERT_TRUE(os::replace_file(at("a"), "old", 0600));
    ASSERT_TRUE(os::replace_file(at("a"), "new", 0600));
    EXPECT_EQ(content("a"), "new");
    EXPECT_EQ(os::list_directory(root).value(), Names{"a"});
    EXPECT_EQ(os::status_of(at("a")).value().permissions, 0600u);
}

TEST_F(Files, AreNotReplacedThroughALinkBeside) {
    file("victim", "precious");
    link("a.new", at("victim"));
    EXPECT_EQ(os::replace_file(at("a"), "x", 0600).error().number, ELOOP);
    EXPECT_EQ(content("victim"), "precious");
}

TEST_F(Files, ThatCannotBeReplacedAreAnError) {
    EXPECT_EQ(os::replace_file(at("missing/a"), "x", 0600).error().number, ENOENT);
    directory("d/e");
    EXPECT_FALSE(os::replace_file(at("d"), "x", 0600));
}

TEST_F(Files, ThatCannotBeWrittenWholeLeaveTheOldOne) {
    file("a", "old");
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{.rlim_cur = 4, .rlim_max = before.rlim_max};
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto replaced = os::replace_file(at("a"), "too long", 0600);
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, handler);
    EXPECT_EQ(replaced.error().number, EFBIG);
    EXPECT_EQ(content("a"), "old");
    EXPECT_EQ(os::list_directory(root).value(), Names{"a"});
}

TEST_F(Files, AreOverwrittenInPlace) {
    ASSERT_TRUE(os::overwrite_file(at("a"), "a long one", 0600));
    link("same", at("a"));
    EXPECT_EQ(os::status_of(at("a")).value().permissions, 0600u);
    ASSERT_TRUE(os::overwrite_file(at("a"), "short", 0600));
    EXPECT_EQ(content("a"), "short");
    EXPECT_EQ(os::list_directory(root).value(), (Names{"a", "same"}));
    EXPECT_EQ(os::list_directory(root, "s").value(), Names{"same"});
    EXPECT_EQ(os::overwrite_file(at("same"), "x", 0600).error().number, ELOOP);
    EXPECT_EQ(os::overwrite_file(at("missing/a"), "x", 0600).error().number, ENOENT);
}

TEST_F(Files, HaveDirectoriesMadeForThem) {
    ASSERT_TRUE(os::make_directories(at("a/b/c"), 0700));
    EXPECT_EQ(os::status_of(at("a/b")).value().permissions, 0700u);
    EXPECT_TRUE(os::make_directories(at("a/b/c"), 0700)) << "they are there";
    link("l", at("a"));
    EXPECT_TRUE(os::make_directories(at("l"), 0700));
    EXPECT_TRUE(os::make_directories(at("l/d"), 0700));
    EXPECT_TRUE(os::make_directories("/", 0700));
}

TEST_F(Files, InTheWayOfADirectoryAreAnError) {
    file("a", "");
    EXPECT_EQ(os::make_directories(at("a"), 0700).error().number, EEXIST);
    EXPECT_EQ(os::make_directories(at("a/b"), 0700).error().number, ENOTDIR);
    EXPECT_FALSE(os::make_directories(at("a/b/c"), 0700));
}

TEST_F(Files, AreListedByByte) {
    for (const char* name : {"b", "B", "a", ".hidden", "\xC3\xA9", "10", "9"}) file(name, "");
    EXPECT_EQ(os::list_directory(root).value(), (Names{".hidden", "10", "9", "B", "a", "b", "\xC3\xA9"}));
    EXPECT_EQ(os::list_directory(at("missing")).error().number, ENOENT);
    EXPECT_EQ(os::list_directory(at("a")).error().number, ENOTDIR);
}

TEST_F(Files, GoWithTheirTreeButLinksAreNotFollowed) {
    file("kept/a", "precious");
    file("tree/b/c", "");
    link("tree/link", at("kept"));
    ASSERT_TRUE(os::remove_tree(at("tree")));
    EXPECT_EQ(os::list_directory(root).value(), Names{"kept"});
    EXPECT_EQ(content("kept/a"), "precious");
    EXPECT_TRUE(os::remove_tree(at("tree"))) << "nothing is left to remove";
    EXPECT_FALSE(os::remove_tree("/proc/self/status"));
}

TEST_F(Files, HaveAKind) {
    file("f", "");
    directory("d");
    link("to_d", at("d"));
    link("dangling", at("nowhere"));
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    EXPECT_EQ(os::kind_of(at("f")), os::FileKind::regular);
    EXPECT_EQ(os::kind_of(at("d")), os::FileKind::directory);
    EXPECT_EQ(os::kind_of(at("to_d")), os::FileKind::directory);
    EXPECT_EQ(os::kind_of(at("fifo")), os::FileKind::other);
    EXPECT_EQ(os::kind_of(at("dangling")), os::FileKind::missing);
    EXPECT_TRUE(os::exists(at("f")));
    EXPECT_FALSE(os::exists(at("dangling")));
    EXPECT_TRUE(os::entry_exists(at("dangling")));
    EXPECT_FALSE(os::entry_exists(at("missing")));
}

TEST_F(Files, AreExecutableWhereTheyAreFilesThatMayBe) {
    file("run", "", 0755);
    file("text", "", 0644);
    EXPECT_TRUE(os::executable(at("run")));
    EXPECT_FALSE(os::executable(at("text")));
    EXPECT_FALSE(os::executable(root)) << "a directory";
    EXPECT_FALSE(os::executable(at("missing")));
}

TEST_F(Files, HaveAStatus) {
    file("f", "12345", 0640);
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    const os::PathStatus status = os::status_of(at("f")).value();
    EXPECT_EQ(status.kind, os::FileKind::regular);
    EXPECT_EQ(status.permissions, 0640u);
    EXPECT_EQ(status.size, 5u);
    EXPECT_GT(status.modified, 1'600'000'000LL * 1'000'000'000);
    EXPECT_EQ(status.device, os::device_of(root).value());
    EXPECT_EQ(os::status_of(root).value().kind, os::FileKind::directory);
    EXPECT_EQ(os::status_of(at("fifo")).value().kind, os::FileKind::other);
    EXPECT_EQ(os::status_of(at("missing")).error().number, ENOENT);
    EXPECT_EQ(os::device_of(at("missing")).error().number, ENOENT);
}

TEST_F(Files, AreResolvedThroughTheirLinks) {
    file("real/a", "");
    link("l", at("real"));
    EXPECT_EQ(os::resolved(at("l/../l/a")).value(), at("real/a"));
    EXPECT_EQ(os::resolved(at("l/b")).error().number, ENOENT);
}

// --- paths ---

TEST(Paths, AreJoined) {
    EXPECT_EQ(os::join_path("/a", "b"), "/a/b");
    EXPECT_EQ(os::join_path("/a/", "b"), "/a/b");
    EXPECT_EQ(os::join_path("/", "b"), "/b");
    EXPECT_EQ(os::join_path("/a", "/b"), "/b");
    EXPECT_EQ(os::join_path("/a", ""), "/a/");
}

TEST(Paths, HaveAParentAndAName) {
    EXPECT_EQ(os::parent_of("/a/b"), "/a");
    EXPECT_EQ(os::parent_of("/a"), "/");
    EXPECT_EQ(os::parent_of("/"), "/");
    EXPECT_EQ(os::parent_of("a"), ".");
    EXPECT_EQ(os::name_of("/a/b"), "b");
    EXPECT_EQ(os::name_of("b"), "b");
    EXPECT_EQ(os::name_of("/a/"), "");
}

TEST(Paths, AreNormalizedWithoutLookingAtTheDisk) {
    EXPECT_EQ(os::normalized("b/./c/..", "/a"), "/a/b");
    EXPECT_EQ(os::normalized("//b//c/", "/a"), "/b/c");
    EXPECT_EQ(os::normalized("../../..", "/a"), "/");
    EXPECT_EQ(os::normalized("", "/a"), "/a");
    EXPECT_EQ(os::normalized(".", "/"), "/");
}

TEST(Paths, AreShownFromADirectoryOnlyBelowIt) {
    EXPECT_EQ(os::relative_below("/a/b/c", "/a"), "b/c");
    EXPECT_EQ(os::relative_below("/ab", "/a"), "/ab");
    EXPECT_EQ(os::relative_below("/a", "/a"), "/a");
    EXPECT_EQ(os::relative_below("/a/b", "/"), "a/b");
}

namespace {

// Changes the working directory, and back.
class WorkingDirectory : public InADirectory {
  protected:
    WorkingDirectory() : before_(std::filesystem::current_path()) {}
    ~WorkingDirectory() override { std::filesystem::current_path(before_); }

  private:
    std::filesystem::path before_;
};

}  // namespace

TEST_F(WorkingDirectory, IsToldAsTheKernelDoes) {
    std::filesystem::current_path(root);
    EXPECT_EQ(os::working_directory().value(), root);
}

TEST_F(WorkingDirectory, ThatWasDeletedIsAnError) {
    directory("gone");
    std::filesystem::current_path(at("gone"));
    ASSERT_TRUE(os::remove_tree(at("gone")));
    EXPECT_EQ(os::working_directory().error().number, ENOENT);
}
