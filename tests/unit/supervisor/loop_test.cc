#include "supervisor/loop.h"

#include <gtest/gtest.h>

#include "os/clock.h"
#include "os/fd.h"
#include "os/file.h"

using namespace supervisor;
using namespace std::chrono_literals;

// All of them are due at once, so that nothing is waited for.
TEST(ATimer, ThatSetsALaterOneHoldsUpNoOther) {
    Loop loop;
    const auto now = os::monotonic_now();
    Timer later(loop, [] { FAIL() << "an hour has not passed"; });
    Timer first(loop, [&] { later.set(now + 1h); });
    Timer second(loop, [&] { loop.stop(); });
    first.set(now);
    second.set(now);
    loop.run();
}

TEST(ATimer, MayBeSetAgainFromItsOwnCallback) {
    Loop loop;
    int calls = 0;
    Timer again(loop, [&] {
        if (++calls == 3) return loop.stop();
        again.set(os::monotonic_now());
    });
    again.set(os::monotonic_now());
    loop.run();
    EXPECT_EQ(calls, 3);
}

TEST(ATimer, IsNotCalledOnceItWasCancelledOrIsGone) {
    Loop loop;
    const auto now = os::monotonic_now();
    Timer cancelled(loop, [] { FAIL() << "it was cancelled"; });
    cancelled.set(now);
    {
        Timer gone(loop, [] { FAIL() << "it is gone"; });
        gone.set(now);
    }
    Timer last(loop, [&] { loop.stop(); });
    last.set(now + 1ns);
    cancelled.cancel();
    loop.run();
}

TEST(ATimer, MayBeDestroyedByItsOwnCallback) {
    Loop loop;
    std::unique_ptr<Timer> timer;
    timer = std::make_unique<Timer>(loop, [&] {
        timer.reset();
        loop.stop();
    });
    timer->set(os::monotonic_now());
    loop.run();
    EXPECT_EQ(timer, nullptr);
}

// As a connection that waits does. What would be wrong is seen by the sanitizers and by valgrind.
TEST(ATimer, MayBelongToWorkThatStillWaitsWhenTheLoopEnds) {
    bool destroyed = false;
    {
        Loop loop;
        const auto told = std::shared_ptr<void>(nullptr, [&](void*) { destroyed = true; });
        const auto timer = std::make_shared<Timer>(loop, [told] {});
        timer->set(os::monotonic_now() + 1h);
        loop.post([timer] { FAIL() << "the loop does not run"; });
    }
    EXPECT_TRUE(destroyed);
}

TEST(WhatALoopKeeps, LivesUntilItIsLetGoAndTheCallReturns) {
    Loop loop;
    auto kept = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = kept;
    const int* const place = kept.get();
    loop.keep(std::move(kept));
    loop.post([&] {
        loop.let_go(place);
        loop.let_go(place);
        EXPECT_FALSE(watched.expired());
        loop.post([&] {
            EXPECT_TRUE(watched.expired());
            loop.stop();
        });
    });
    loop.run();
}

TEST(WhatALoopKeeps, EndsWithTheRun) {
    Loop loop;
    auto kept = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = kept;
    loop.keep(std::move(kept));
    loop.post([&] { loop.stop(); });
    loop.run();
    EXPECT_TRUE(watched.expired());
}

TEST(WhatALoopKeeps, EndsWithARunThatFails) {
    Loop loop;
    auto kept = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = kept;
    loop.keep(std::move(kept));
    loop.post([] { throw std::bad_alloc(); });
    EXPECT_THROW(loop.run(), std::bad_alloc);
    EXPECT_TRUE(watched.expired());
}

TEST(AReadable, MayBeDestroyedByItsOwnCallbackWhichGoesOn) {
    Loop loop;
    const os::Pipe pipe = os::make_pipe().value();
    ASSERT_TRUE(os::write_all(pipe.write_end.get(), "x"));
    std::unique_ptr<Readable> readable;
    // Two references fit into the function itself, which must not move while it runs.
    readable = std::make_unique<Readable>(loop, pipe.read_end.get(), [&readable, &loop] {
        readable.reset();
        loop.stop();
    });
    loop.run();
    EXPECT_EQ(readable, nullptr);
}
