#include "os/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "fixture.h"
#include "os/file.h"
#include "os/path_status.h"

class ASocket : public InADirectory {
  protected:
    // A directory whose sockets have paths longer than an address has room for.
    std::string long_directory() {
        const std::string path = at(std::string(200, 'a') + "/" + std::string(200, 'b'));
        std::filesystem::create_directories(path);
        return path;
    }
    static void expect_talk(const std::string& path) {
        const os::Fd listener = os::listen_at(path, 5).value();
        const os::Fd client = os::connect_to(path).value();
        const os::Fd server(::accept(listener.get(), nullptr, nullptr));
        ASSERT_TRUE(os::write_all(client.get(), "hello"));
        std::array<char, 8> buffer;
        EXPECT_EQ(os::read_some(server.get(), buffer).value(), 5u);
    }
};

TEST_F(ASocket, IsReachedByItsPath) {
    expect_talk(at("s"));
}

TEST_F(ASocket, IsReachedByALongPath) {
    expect_talk(long_directory() + "/control.sock");
    EXPECT_EQ(os::list_directory(long_directory()).value(), std::vector<std::string>{"control.sock"});
}

TEST_F(ASocket, IsReachedByAPathThatJustFitsOrJustDoesNot) {
    for (const size_t length : {106, 107, 108, 109}) {
        ASSERT_LT(root.size() + 2, length);
        expect_talk(at(std::string(length - root.size() - 1, 's')));
    }
}

TEST_F(ASocket, IsPrivate) {
    const mode_t before = ::umask(0);
    const auto listener = os::listen_at(at("s"), 1);
    EXPECT_EQ(::umask(before), 0u) << "the umask is put back";
    EXPECT_EQ(os::status_of(at("s")).value().permissions, 0600u);
}

TEST_F(ASocket, TakesThePlaceOfWhateverWasThere) {
    file("s", "left over");
    expect_talk(at("s"));
    expect_talk(at("s"));
}

TEST_F(ASocket, IsClosedOnExec) {
    const os::Fd listener = os::listen_at(at("s"), 1).value();
    EXPECT_EQ(::fcntl(listener.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(::fcntl(os::connect_to(at("s")).value().get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(ASocket, ThatIsMissingIsTold) {
    EXPECT_EQ(os::connect_to(at("s")).error().number, ENOENT);
    EXPECT_EQ(os::connect_to(long_directory() + "/s").error().number, ENOENT);
    EXPECT_EQ(os::connect_to(long_directory() + "/missing/s").error().number, ENOENT);
    EXPECT_EQ(os::connect_to(at("s")).error().what, at("s"));
}

TEST_F(ASocket, ThatNobodyListensToAnyMoreIsTold) {
    static_cast<void>(os::listen_at(at("s"), 1));
    EXPECT_EQ(os::connect_to(at("s")).error().number, ECONNREFUSED);
}

TEST_F(ASocket, StaysWhereAnotherCanNotTakeItsPlace) {
    const os::Fd listener = os::listen_at(at("s"), 5).value();
    ASSERT_EQ(::mkdir(at("s.new").c_str(), 0700), 0);  // where the other one is made
    EXPECT_FALSE(os::listen_at(at("s"), 5).has_value());
    EXPECT_TRUE(os::connect_to(at("s")).has_value());
}

TEST_F(ASocket, HasNoPlaceInADirectoryThatIsMissing) {
    EXPECT_EQ(os::listen_at(at("missing/s"), 1).error().number, ENOENT);
    EXPECT_EQ(os::listen_at(long_directory() + "/missing/s", 1).error().number, ENOENT);
}

TEST_F(ASocket, KnowsItsPeer) {
    const os::Fd listener = os::listen_at(at("s"), 5).value();
    const os::Fd client = os::connect_to(at("s")).value();
    const os::Fd server(::accept(listener.get(), nullptr, nullptr));
    const os::Peer peer = os::peer_of(server.get()).value();
    EXPECT_EQ(peer.pid, ::getpid());
    EXPECT_EQ(peer.user, ::geteuid());
    EXPECT_EQ(os::peer_of(-1).error().number, EBADF);
}
