#include "protocol/messages.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using namespace protocol;
using Names = std::vector<std::string>;

namespace {

// The JSON of a message must tell all there is to tell, so that two messages are the same where their texts
// are.
template <class Message>
std::string there_and_back(const Message& message) {
    return to_text(from_text<Message>(to_text(message)).value());
}

nlohmann::json json_of(const std::string& text) {
    return nlohmann::json::parse(text);
}

}  // namespace

TEST(AStartRequest, ComesBackAsItWas) {
    const StartRequest request = {
        .services = {"web", "db"},
        .shown_prefix = "playground/",
        .caller = {.pid = 12,
                   .environment = {"A=1", "B="},
                   .umask = 077,
                   .niceness = -5,
                   .limits = {{.resource = 7, .soft = 1024, .hard = -1}}},
        .defaults = {.timeout = 3.5, .settle = 0, .tracing = false},
    };
    const StartRequest back = from_text<StartRequest>(to_text(request)).value();
    EXPECT_EQ(back.services, (Names{"web", "db"}));
    EXPECT_EQ(back.shown_prefix, "playground/");
    EXPECT_EQ(back.caller.pid, 12);
    EXPECT_EQ(back.caller.environment, (Names{"A=1", "B="}));
    EXPECT_EQ(back.caller.umask, 077u);
    EXPECT_EQ(back.caller.niceness, -5);
    ASSERT_EQ(back.caller.limits.size(), 1u);
    EXPECT_EQ(back.caller.limits[0].resource, 7);
    EXPECT_EQ(back.caller.limits[0].soft, 1024);
    EXPECT_EQ(back.caller.limits[0].hard, -1);
    EXPECT_EQ(back.defaults.timeout, 3.5);
    EXPECT_EQ(back.defaults.settle, 0);
    EXPECT_FALSE(back.defaults.tracing);
}

TEST(AStopRequest, ComesBackAsItWas) {
    const StopRequest back =
        from_text<StopRequest>(
            to_text(StopRequest{
                .services = {"web"}, .shown_prefix = "p/", .force = false, .defaults = {.timeout = 9}}))
            .value();
    EXPECT_EQ(back.services, Names{"web"});
    EXPECT_EQ(back.shown_prefix, "p/");
    EXPECT_FALSE(back.force);
    EXPECT_EQ(back.defaults.timeout, 9);
}

TEST(ANeighbour, ComesBackAsItWas) {
    const Neighbour neighbour = {.playground = "/p", .environment = {"PATH=/bin"}, .answer = "/proc/12/fd/5"};
    const Neighbour back = from_text<Neighbour>(to_text(neighbour)).value();
    EXPECT_EQ(back.playground, "/p");
    EXPECT_EQ(back.environment, (Names{"PATH=/bin"}));
    EXPECT_EQ(back.answer, "/proc/12/fd/5");
}

TEST(ARestartRequest, ComesBackAsItWas) {
    const RestartRequest request = {
        .services = {"web"},
        .shown_prefix = "playground/",
        .force = false,
        .caller = {.environment = {"A=1"}, .umask = 077},
        .defaults = {.timeout = 3.5},
    };
    const RestartRequest back = from_text<RestartRequest>(to_text(request)).value();
    EXPECT_EQ(back.services, (Names{"web"}));
    EXPECT_EQ(back.shown_prefix, "playground/");
    EXPECT_FALSE(back.force);
    EXPECT_EQ(back.caller.environment, (Names{"A=1"}));
    EXPECT_EQ(back.defaults.timeout, 3.5);
    EXPECT_TRUE(from_text<RestartRequest>(R"({"services": []})").value().force);
}

TEST(WhatHoldsAClaim, ComesBackAsItWas) {
    EXPECT_TRUE(from_text<Held>(to_text(Held{.within = true})).value().within);
    EXPECT_FALSE(from_text<Held>("{}").value().within);
}

TEST(AClaim, ComesBackAsItWas) {
    const ClaimRequest request =
        from_text<ClaimRequest>(to_text(ClaimRequest{.services = {"web"}, .pid = 12})).value();
    EXPECT_EQ(request.services, Names{"web"});
    EXPECT_EQ(request.pid, 12);
    const Claimed claimed = from_text<Claimed>(to_text(Claimed{.service = "web", .pid = 13})).value();
    EXPECT_EQ(claimed.service, "web");
    EXPECT_EQ(claimed.pid, 13);
}

TEST(Changes, ComeBackAsTheyWere) {
    const ChangesRequest request =
        from_text<ChangesRequest>(
            to_text(ChangesRequest{.services = {"web"}, .shown_prefix = "p/", .defaults = {.settle = 1}}))
            .value();
    EXPECT_EQ(request.services, Names{"web"});
    EXPECT_EQ(request.shown_prefix, "p/");
    EXPECT_EQ(request.defaults.settle, 1);
    const Changes changes =
        from_text<Changes>(to_text(Changes{.services = {{"web", {"run changed"}}, {"db", {}}}})).value();
    EXPECT_EQ(changes.services, (std::map<std::string, Names>{{"db", {}}, {"web", {"run changed"}}}));
}

TEST(AComplaint, ComesBackAsItWas) {
    EXPECT_EQ(from_text<Complaint>(to_text(Complaint{.errors = {"one", "two"}})).value().errors,
              (Names{"one", "two"}));
}

TEST(AnEvent, ComesBackAsItWas) {
    const Event event = {.event = "runaway",
                         .service = "web",
                         .seconds = 2.01,
                         .reason = "why",
                         .killed = true,
                         .last = true,
                         .processes = {{.user = "me",
                                        .pid = 12,
                                        .parent = 11,
                                        .group = 10,
                                        .session = 9,
                                        .cpu = 8,
                                        .started = 7,
                                        .terminal = "pts/6",
                                        .cpu_seconds = 5,
                                        .command = "sleep 1",
                                        .depth = 4}}};
    EXPECT_EQ(there_and_back(event), to_text(event));
    const Event back = from_text<Event>(to_text(event)).value();
    EXPECT_EQ(back.event, "runaway");
    EXPECT_EQ(back.seconds, 2.01);
    EXPECT_TRUE(back.killed);
    EXPECT_TRUE(back.last);
    ASSERT_EQ(back.processes.size(), 1u);
    EXPECT_EQ(back.processes[0].user, "me");
    EXPECT_EQ(back.processes[0].parent, 11);
    EXPECT_EQ(back.processes[0].terminal, "pts/6");
    EXPECT_EQ(back.processes[0].command, "sleep 1");
    EXPECT_EQ(back.processes[0].depth, 4);
}

TEST(AnEvent, IsOneLine) {
    EXPECT_EQ(to_text(Event{.event = "notice", .reason = "two\nlines"}).find('\n'), std::string::npos);
}

TEST(AStatus, HasNullWhereAComponentDoesNotApply) {
    const auto json = json_of(to_text(Status{.services = {{"web", {.state = "up", .pid = 12, .seconds = 3}},
                                                          {"db", {.exitcode = 4, .process = "starting"}}}}));
    EXPECT_EQ(json["services"]["web"],
              nlohmann::json::parse(
                  R"({"state": "up", "pid": 12, "exitcode": null, "seconds": 3, "process": null})"));
    EXPECT_EQ(
        json["services"]["db"],
        nlohmann::json::parse(
            R"({"state": "down", "pid": null, "exitcode": 4, "seconds": null, "process": "starting"})"));
}

TEST(AnUpgrade, ComesBackAsItWas) {
    const Upgrade upgrade = {.token = 4000000000, .program = "1:2", .version = "6.0.1", .failure = "why"};
    const Upgrade back = from_text<Upgrade>(to_text(upgrade)).value();
    EXPECT_EQ(back.token, 4000000000);
    EXPECT_EQ(back.program, "1:2");
    EXPECT_EQ(back.version, "6.0.1");
    EXPECT_EQ(back.failure, "why");
}

TEST(AStatus, ComesBackAsItWas) {
    const Status status = {
        .version = "6.0.0",
        .program = "1:1",
        .rejected = "1:2",
        .pid = 12,
        .keeper = 11,
        .services = {{"web", {.state = "up", .pid = 12, .seconds = 3, .process = "stopping"}},
                     {"db", {.state = "ready", .exitcode = 0}}},
        .remarks = {{"web", "log is not being written"}},
        .unwritten_logs = {"web"}};
    const Status back = from_text<Status>(to_text(status)).value();
    EXPECT_EQ(back.version, "6.0.0");
    EXPECT_EQ(back.program, "1:1");
    EXPECT_EQ(back.rejected, "1:2");
    EXPECT_EQ(back.pid, 12);
    EXPECT_EQ(back.keeper, 11);
    EXPECT_EQ(back.services, status.services);
    EXPECT_EQ(back.remarks, status.remarks);
    EXPECT_EQ(back.unwritten_logs, status.unwritten_logs);
}

TEST(AMessage, MayHaveFieldsOfALaterVersion) {
    const auto request =
        from_text<StopRequest>(R"({"services": ["web"], "colour": "red", "defaults": {"nested": [1]}})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->services, Names{"web"});
}

TEST(AMessage, KeepsTheDefaultOfWhatItDoesNotSay) {
    const StartRequest request = from_text<StartRequest>(R"({"services": []})").value();
    EXPECT_TRUE(request.services.empty());
    EXPECT_EQ(request.caller.umask, 022u);
    EXPECT_EQ(request.caller.niceness, 0);
    EXPECT_EQ(request.defaults.timeout, 2.0);
    EXPECT_EQ(request.defaults.settle, 0.1);
    EXPECT_TRUE(request.defaults.tracing);
    EXPECT_TRUE(from_text<StopRequest>(R"({"services": []})").value().force);
    EXPECT_EQ(from_text<Status>(R"({"services": {"web": {}}})").value().services.at("web"),
              model::ServiceStatus{});
    EXPECT_EQ(from_text<StartRequest>(R"({"services": [], "caller": {"limits": [{"resource": 7}]}})")
                  .value()
                  .caller.limits.at(0)
                  .hard,
              -1);
}

TEST(AMessage, IsAJsonObject) {
    for (const char* text : {"", "{", "[]", "3", "null", "\"web\"", "{} {}", "\xFF"}) {
        EXPECT_FALSE(from_text<StartRequest>(text)) << text;
    }
    EXPECT_EQ(from_text<StartRequest>("[]").error().what, "not a JSON object");
}

TEST(AMessage, HasNoFieldOfAnotherType) {
    EXPECT_FALSE(from_text<StartRequest>(R"({"services": "web"})"));
    EXPECT_FALSE(from_text<StartRequest>(R"({"services": [1]})"));
    EXPECT_FALSE(from_text<StartRequest>(R"({"caller": []})"));
    EXPECT_FALSE(from_text<StopRequest>(R"({"force": "yes"})"));
    EXPECT_FALSE(from_text<Event>(R"({"processes": [{"pid": "12"}]})"));
    EXPECT_FALSE(from_text<Status>(R"({"services": {"web": {"pid": "12"}}})"));
}

TEST(AMessage, IsSentWhateverBytesItHolds) {
    const std::string text = to_text(Complaint{.errors = {"a\xFF"
                                                          "b"}});
    EXPECT_EQ(from_text<Complaint>(text).value().errors, Names{"a\xEF\xBF\xBD"
                                                               "b"});
}

namespace {

template <class Message>
std::string problem_of(const std::string& text) {
    const auto message = from_text<Message>(text);
    return message ? "none" : message.error().message();
}

}  // namespace

TEST(AnErrorOfAMessage, NamesTheFieldThatIsMissing) {
    EXPECT_EQ(problem_of<StartRequest>("{}"), "services: is missing");
    EXPECT_EQ(problem_of<StopRequest>(R"({"force": true})"), "services: is missing");
    EXPECT_EQ(problem_of<RestartRequest>("{}"), "services: is missing");
    EXPECT_EQ(problem_of<ClaimRequest>(R"({"pid": 1})"), "services: is missing");
    EXPECT_EQ(problem_of<ChangesRequest>("{}"), "services: is missing");
    EXPECT_EQ(problem_of<Neighbour>(R"({"playground": "/p", "environment": []})"), "answer: is missing");
    EXPECT_EQ(problem_of<StartRequest>(R"({"services": [], "caller": {"limits": [{"soft": 1}]}})"),
              "caller.limits[0].resource: is missing");
}

TEST(AnErrorOfAMessage, NamesTheFieldOfTheWrongType) {
    EXPECT_EQ(problem_of<StopRequest>(R"({"services": "web"})"), "services: should be a list, not string");
    EXPECT_EQ(problem_of<StopRequest>(R"({"services": ["web", 5]})"),
              "services[1]: should be a string, not number");
    EXPECT_EQ(problem_of<StopRequest>(R"({"services": [], "force": 1})"),
              "force: should be true or false, not number");
    EXPECT_EQ(problem_of<StartRequest>(R"({"services": [], "defaults": {"timeout": "2"}})"),
              "defaults.timeout: should be a number, not string");
    EXPECT_EQ(problem_of<StartRequest>(R"({"services": [], "defaults": []})"),
              "defaults: should be an object, not array");
    EXPECT_EQ(problem_of<StartRequest>(
                  R"({"services": [], "caller": {"limits": [{"resource": 7}, {"resource": true}]}})"),
              "caller.limits[1].resource: should be an integer, not boolean");
    EXPECT_EQ(problem_of<ClaimRequest>(R"({"services": [], "pid": 1.5})"),
              "pid: should be an integer, not number");
    EXPECT_EQ(problem_of<Status>(R"({"services": {"web": {"pid": "12"}}})"),
              "services.web.pid: should be an integer, not string");
}

TEST(AnErrorOfAMessage, KeepsWhatAStrangerWroteFromTheTerminal) {
    EXPECT_EQ(problem_of<Changes>("{\"services\": {\"\\u001b[2J\": 1}}").find('\x1b'), std::string::npos);
}
