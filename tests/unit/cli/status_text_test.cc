#include "cli/status_text.h"

#include <gtest/gtest.h>

using cli::ServiceLine;
using cli::status_json;
using cli::status_text;

namespace {

const ServiceLine kReady{.name = "a", .status = {.state = "ready", .pid = 12, .seconds = 3}};
const ServiceLine kStopping{.name = "b",
                            .status = {.state = "up", .pid = 12, .seconds = 90, .process = "stopping"}};
const ServiceLine kWaiting{
    .name = "c", .status = {.state = "down", .exitcode = 3, .seconds = 7200, .process = "starting"}};
const ServiceLine kDown{.name = "d"};

}  // namespace

TEST(StatusText, TellsTheComponentsAsTheyApply) {
    EXPECT_EQ(status_text({kReady, kStopping, kWaiting, kDown}, false),
              " ● a: ready\n   └─ pid: 12, 3 seconds\n"
              " ● b: up\n   └─ pid: 12, 1.5 minutes, stopping\n"
              " ● c: down\n   └─ exitcode: 3, 2.0 hours, starting\n"
              " ● d: down\n");
}

TEST(StatusText, IsSortedByName) {
    EXPECT_EQ(status_text({{.name = "b"}, {.name = "a-1"}, {.name = "C"}, {.name = "a"}}, false),
              " ● C: down\n ● a: down\n ● a-1: down\n ● b: down\n");
}

TEST(StatusText, IsColouredLikeATrafficLight) {
    EXPECT_EQ(status_text({kReady}, true),
              " \x1b[92m●\x1b[0m \x1b[1ma\x1b[0m: \x1b[1m\x1b[92mready\x1b[0m\n   └─ pid: 12, 3 seconds\n");
    EXPECT_NE(status_text({kStopping}, true).find("\x1b[93m"), std::string::npos);
    EXPECT_NE(status_text({kDown}, true).find("\x1b[91m"), std::string::npos);
}

TEST(StatusText, EndsWithWhatElseThereIsToSay) {
    ServiceLine line = kReady;
    line.remark = "its log is not\nwritten";
    EXPECT_EQ(status_text({line}, false),
              " ● a: ready\n   └─ pid: 12, 3 seconds, its log is not\\nwritten\n");
    EXPECT_EQ(status_text({{.name = "e", .remark = "odd"}}, false), " ● e: down\n   └─ odd\n");
}

TEST(StatusText, OfNothingIsNothing) {
    EXPECT_EQ(status_text({}, false), "");
}

TEST(StatusJson, HasExactlyFiveKeysInOrder) {
    ServiceLine line = kWaiting;
    line.remark = "only in the text";
    EXPECT_EQ(status_json({line, kDown}), R"({
    "c": {
        "exitcode": 3,
        "pid": null,
        "process": "starting",
        "seconds": 7200,
        "state": "down"
    },
    "d": {
        "exitcode": null,
        "pid": null,
        "process": null,
        "seconds": null,
        "state": "down"
    }
}
)");
}

TEST(StatusJson, OfNothingIsAnEmptyObject) {
    EXPECT_EQ(status_json({}), "{}\n");
}
