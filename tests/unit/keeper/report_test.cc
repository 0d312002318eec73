#include "keeper/report.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "os/clock.h"
#include "os/fd.h"

using protocol::Report;
using protocol::ReportKind;

TEST(AReport, IsOneRecordWithTheTimeItWasSent) {
    const os::Pipe pipe = os::make_pipe().value();
    const auto before = os::monotonic_now();
    keeper::send(pipe.write_end.get(), {.kind = ReportKind::main_ended,
                                        .service = 3,
                                        .generation = 4,
                                        .pid = 12,
                                        .status = 256,
                                        .token = 1});
    const auto after = os::monotonic_now();
    Report report;
    ASSERT_EQ(os::read_some(pipe.read_end.get(), {reinterpret_cast<char*>(&report), sizeof report}).value(),
              sizeof report);
    EXPECT_EQ(report.magic, protocol::kRecordMagic);
    EXPECT_EQ(report.kind, ReportKind::main_ended);
    EXPECT_EQ(report.service, 3u);
    EXPECT_EQ(report.generation, 4u);
    EXPECT_EQ(report.pid, 12);
    EXPECT_EQ(report.status, 256);
    EXPECT_EQ(report.token, 1u);
    EXPECT_GE(report.at, before.count());
    EXPECT_LE(report.at, after.count());
}

TEST(AReport, ForWhichThereIsNoRoomIsNotWaitedFor) {
    const os::Pipe pipe = os::make_pipe(O_NONBLOCK).value();
    const int to = pipe.write_end.get();
    int sent = 0;
    while (keeper::try_send(to, {.kind = ReportKind::set_empty})) ++sent;
    EXPECT_GE(sent, 64);
    Report report;
    for (int i = 0; i < 64; ++i) {  // a page of them
        ASSERT_TRUE(os::read_some(pipe.read_end.get(), {reinterpret_cast<char*>(&report), sizeof report})
                        .has_value());
    }
    EXPECT_TRUE(keeper::try_send(to, {.kind = ReportKind::set_empty}));
}

TEST(AReport, ThatNobodyCanTakeIsDropped) {
    keeper::send(-1, {.kind = ReportKind::set_empty});
}
