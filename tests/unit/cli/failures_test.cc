#include "cli/failures.h"

#include <gtest/gtest.h>

using cli::Direction;
using cli::failures_text;

namespace {

config::NamedService service(const std::string& name) {
    return {.name = name,
            .playground = "/x/p",
            .path = "/x/p/" + name,
            .shown = "p/" + name,
            .shown_log = "p/" + name + "/logs/current"};
}

}  // namespace

TEST(Failures, EndWithWhereToLookAndWhatFailed) {
    EXPECT_EQ(failures_text(Direction::start, {service("a"), service("b")}, {}),
              "[pgctl]\n"
              "[pgctl] There might be useful information further up in the log; you can view it by running:\n"
              "[pgctl]     less +G p/a/logs/current\n"
              "[pgctl]     less +G p/b/logs/current\n"
              "[pgctl] ERROR: Some services failed to start: a, b\n");
}

TEST(Failures, DoNotSendTheReaderToTheLogOfAServiceThatSomebodyHasStopped) {
    EXPECT_EQ(failures_text(Direction::start, {}, {service("a")}),
              "[pgctl] ERROR: Some services failed to start: a\n");
    const std::string both = failures_text(Direction::stop, {service("b")}, {service("a")});
    EXPECT_EQ(both.find("p/a/logs"), std::string::npos);
    EXPECT_TRUE(both.ends_with("[pgctl] ERROR: Some services failed to stop: b, a\n"));
}

TEST(Failures, ShowLogsByThePathThatTheUserKnows) {
    const auto paths = cli::log_paths({service("a")});
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_EQ(paths[0].shown, "p/a/logs/current");
    EXPECT_EQ(paths[0].path, "/x/p/a/logs/current");
}
