#include "logger/output_fifo.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "logger/journal.h"
#include "playground_fixture.h"

namespace logger {
namespace {

class Output : public testing::Test, public PlaygroundFixture {
  protected:
    Output() : keeper_(add_service("web")), output_(*open_output(runtime.output("web"))) {}

    // What the services' writes go to.
    [[nodiscard]] int capacity() const { return ::fcntl(keeper_.get(), F_GETPIPE_SZ); }

    os::Fd keeper_;
    OutputFifo output_;
};

TEST_F(Output, HoldsTwoBatchesOnceItMayBeFull) {
    enlarge_if_full(output_, kBatchCapacity / 2 + 1);
    EXPECT_EQ(capacity(), 2 * kBatchCapacity);
}

TEST_F(Output, StaysAsItIsWhereLittleWaits) {
    const int before = capacity();
    enlarge_if_full(output_, kBatchCapacity / 2);
    EXPECT_EQ(capacity(), before);
}

TEST_F(Output, IsNeverMadeSmallerThanItsWriterMadeIt) {
    ASSERT_EQ(::fcntl(keeper_.get(), F_SETPIPE_SZ, 4 * kBatchCapacity), 4 * kBatchCapacity);
    enlarge_if_full(output_, kBatchCapacity);
    EXPECT_EQ(capacity(), 4 * kBatchCapacity);
}

TEST_F(Output, IsLeftAloneOnceItWasEnlarged) {
    enlarge_if_full(output_, kBatchCapacity);
    ASSERT_EQ(::fcntl(keeper_.get(), F_SETPIPE_SZ, kBatchCapacity), kBatchCapacity);
    enlarge_if_full(output_, kBatchCapacity);
    EXPECT_EQ(capacity(), kBatchCapacity);
}

}  // namespace
}  // namespace logger
