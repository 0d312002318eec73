#include "os/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "fixture.h"
#include "os/epoll.h"
#include "os/pipe.h"

using namespace std::chrono_literals;

namespace {

bool is_open(int number) {
    return ::fcntl(number, F_GETFD) >= 0;
}

}  // namespace

class Descriptors : public InADirectory {};

TEST_F(Descriptors, AreClosedByTheirOwner) {
    int number = -1;
    {
        const os::Fd fd = os::open("/dev/null", O_RDONLY).value();
        number = fd.get();
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST_F(Descriptors, AreClosedOnExec) {
    const os::Fd fd = os::open("/dev/null", O_RDONLY).value();
    const os::Pipe pipe = os::make_pipe().value();
    for (const int number : {fd.get(), pipe.read_end.get(), pipe.write_end.get()}) {
        EXPECT_EQ(::fcntl(number, F_GETFD), FD_CLOEXEC);
    }
}

TEST_F(Descriptors, AreMovedAndClosedOnce) {
    os::Fd a = os::open("/dev/null", O_RDONLY).value();
    const int number = a.get();
    os::Fd b(std::move(a));
    EXPECT_FALSE(a.valid());
    EXPECT_EQ(b.get(), number);
    os::Fd c = os::open("/dev/null", O_RDONLY).value();
    const int replaced = c.get();
    c = std::move(b);
    EXPECT_EQ(c.get(), number);
    EXPECT_FALSE(is_open(replaced));
    os::Fd& itself = c;
    c = std::move(itself);
    EXPECT_TRUE(is_open(number));
}

TEST_F(Descriptors, MayBeReleased) {
    os::Fd fd = os::open("/dev/null", O_RDONLY).value();
    const int number = fd.release();
    EXPECT_FALSE(fd.valid());
    fd.reset();
    EXPECT_TRUE(is_open(number));
    ::close(number);
}

TEST_F(Descriptors, AreOpenedRelativeToADirectory) {
    file("d/a", "x");
    const os::Fd opened = os::open(at("d"), O_RDONLY | O_DIRECTORY).value();
    EXPECT_TRUE(os::open_at(opened.get(), "a", O_RDONLY));
    const auto missing = os::open_at(opened.get(), "b", O_RDONLY);
    EXPECT_EQ(missing.error().number, ENOENT);
    EXPECT_EQ(missing.error().what, "b");
}

TEST_F(Descriptors, AreReadUntilTheEndAndWrittenWhole) {
    os::Pipe pipe = os::make_pipe().value();
    ASSERT_TRUE(os::write_all(pipe.write_end.get(), std::string(10'000, 'x')));
    pipe.write_end.reset();
    EXPECT_EQ(os::read_to_end(pipe.read_end.get(), 10'000).value(), std::string(10'000, 'x'));
    EXPECT_EQ(os::read_to_end(pipe.read_end.get(), 0).value(), "");
}

TEST_F(Descriptors, ThatHaveNothingNowAreAnError) {
    const os::Pipe pipe = os::make_pipe(O_NONBLOCK).value();
    std::array<char, 8> buffer;
    EXPECT_EQ(os::read_some(pipe.read_end.get(), buffer).error().number, EAGAIN);
    EXPECT_EQ(os::read_to_end(pipe.read_end.get(), 8).error().number, EAGAIN);
    const auto written = os::write_all(pipe.write_end.get(), std::string(1 << 20, 'x'));
    EXPECT_EQ(written.error().number, EAGAIN) << "the pipe is full";
}

// --- pipes ---

TEST(APipe, IsPeekedIntoWithoutTakingAnything) {
    const os::Pipe pipe = os::make_pipe(O_NONBLOCK).value();
    os::PipePeek peek = os::PipePeek::make().value();
    ASSERT_TRUE(os::write_all(pipe.write_end.get(), "hello"));
    std::array<char, 16> buffer;
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(peek.peek(pipe.read_end.get(), buffer).value(), 5u);
        EXPECT_EQ(std::string(buffer.data(), 5), "hello");
        EXPECT_EQ(os::bytes_waiting(pipe.read_end.get()).value(), 5u);
    }
}

TEST(APipe, IsPeekedIntoAsFarAsTheBufferGoes) {
    const os::Pipe pipe = os::make_pipe(O_NONBLOCK).value();
    os::PipePeek peek = os::PipePeek::make().value();
    ASSERT_TRUE(os::write_all(pipe.write_end.get(), "hello"));
    std::array<char, 2> buffer;
    EXPECT_EQ(peek.peek(pipe.read_end.get(), buffer).value(), 2u);
    EXPECT_EQ(std::string(buffer.data(), 2), "he");
    ASSERT_EQ(os::read_some(pipe.read_end.get(), buffer).value(), 2u);
    EXPECT_EQ(peek.peek(pipe.read_end.get(), buffer).value(), 2u);
    EXPECT_EQ(std::string(buffer.data(), 2), "ll");
}

TEST(APipe, TellsEmptyFromEnded) {
    os::Pipe pipe = os::make_pipe(O_NONBLOCK).value();
    os::PipePeek peek = os::PipePeek::make().value();
    std::array<char, 2> buffer;
    EXPECT_EQ(peek.peek(pipe.read_end.get(), buffer).error().number, EAGAIN);
    pipe.write_end.reset();
    EXPECT_EQ(peek.peek(pipe.read_end.get(), buffer).value(), 0u);
}

TEST(APipe, MayBeInPacketMode) {
    const os::Pipe pipe = os::make_pipe(O_NONBLOCK | O_DIRECT).value();
    os::PipePeek peek = os::PipePeek::make().value();
    ASSERT_TRUE(os::write_all(pipe.write_end.get(), "one"));
    ASSERT_TRUE(os::write_all(pipe.write_end.get(), "two"));
    std::array<char, 16> buffer;
    ASSERT_EQ(peek.peek(pipe.read_end.get(), buffer).value(), 6u);
    EXPECT_EQ(std::string(buffer.data(), 6), "onetwo");
}

TEST(APipe, IsNothingElse) {
    os::PipePeek peek = os::PipePeek::make().value();
    const os::Fd null = os::open("/dev/null", O_RDWR).value();
    std::array<char, 2> buffer;
    EXPECT_EQ(peek.peek(null.get(), buffer).error().number, EINVAL);
    EXPECT_FALSE(os::bytes_waiting(null.get()));
}

// --- epoll ---

TEST(AnEpoll, TellsByKeyWhatIsReady) {
    os::Epoll epoll = os::Epoll::make().value();
    const os::Pipe a = os::make_pipe().value(), b = os::make_pipe().value();
    ASSERT_TRUE(epoll.add(a.read_end.get(), EPOLLIN, 1));
    ASSERT_TRUE(epoll.add(b.read_end.get(), EPOLLIN, 2));
    EXPECT_TRUE(epoll.wait(0ms).value().empty());
    ASSERT_TRUE(os::write_all(b.write_end.get(), "x"));
    const auto events = epoll.wait({}).value();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].data.u64, 2u);
}

TEST(AnEpoll, ForgetsWhatIsClosedAndWhatIsNotAskedForAnyMore) {
    os::Epoll epoll = os::Epoll::make().value();
    os::Pipe pipe = os::make_pipe().value();
    ASSERT_TRUE(epoll.add(pipe.read_end.get(), EPOLLIN, 1));
    ASSERT_TRUE(os::write_all(pipe.write_end.get(), "x"));
    ASSERT_TRUE(epoll.change(pipe.read_end.get(), 0, 1));
    EXPECT_TRUE(epoll.wait(0ms).value().empty());
    ASSERT_TRUE(epoll.change(pipe.read_end.get(), EPOLLIN, 7));
    EXPECT_EQ(epoll.wait(0ms).value()[0].data.u64, 7u);
    pipe.read_end.reset();
    EXPECT_TRUE(epoll.wait(0ms).value().empty());
}

TEST(AnEpoll, RefusesWhatCannotBeWatched) {
    os::Epoll epoll = os::Epoll::make().value();
    EXPECT_EQ(epoll.add(-1, EPOLLIN, 1).error().number, EBADF);
    const os::Fd file = os::open("/proc/self/stat", O_RDONLY).value();
    EXPECT_EQ(epoll.add(file.get(), EPOLLIN, 1).error().number, EPERM);
    const os::Pipe pipe = os::make_pipe().value();
    EXPECT_EQ(epoll.change(pipe.read_end.get(), EPOLLIN, 1).error().number, ENOENT) << "never added";
}
