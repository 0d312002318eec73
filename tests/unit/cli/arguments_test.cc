#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/version.h"
#include "cli/usage.h"

using cli::parse_arguments;
using nlohmann::json;

namespace {

json given(const std::vector<std::string>& arguments) {
    const auto parsed = parse_arguments(arguments);
    return parsed ? *parsed : json("usage error: " + parsed.error().text);
}

// What stands behind "pgctl: error: ", if the arguments are an error.
std::optional<std::string> error_in(const std::vector<std::string>& arguments) {
    const auto parsed = parse_arguments(arguments);
    if (parsed || !parsed.error().is_error) return std::nullopt;
    const std::string& text = parsed.error().text;
    EXPECT_TRUE(text.starts_with("usage: pgctl "));
    EXPECT_TRUE(text.ends_with('\n'));
    const size_t at = text.rfind("\npgctl: error: ");
    return text.substr(at + 15, text.size() - at - 16);
}

}  // namespace

TEST(Arguments, HoldOnlyWhatWasGiven) {
    EXPECT_EQ(given({"status"}), json({{"command", "status"}}));
    EXPECT_EQ(given({"start", "a", "b"}), json({{"command", "start"}, {"services", {"a", "b"}}}));
}

TEST(Arguments, TakeOptionsBeforeBetweenAndAfterTheWords) {
    const json wanted = {{"command", "status"}, {"services", {"a", "b"}}, {"json", true}, {"pgdir", "d"}};
    EXPECT_EQ(given({"--json", "--pgdir", "d", "status", "a", "b"}), wanted);
    EXPECT_EQ(given({"status", "--json", "a", "--pgdir=d", "b"}), wanted);
    EXPECT_EQ(given({"status", "a", "b", "--pgdir", "d", "--json"}), wanted);
}

TEST(Arguments, KnowEveryOption) {
    EXPECT_EQ(
        given({"--verbose", "--no-force", "--pghome", "h", "--config", "c", "stop"}),
        json({{"command", "stop"}, {"verbose", true}, {"no_force", true}, {"pghome", "h"}, {"config", "c"}}));
}

TEST(Arguments, AcceptForceAndIgnoreIt) {
    EXPECT_EQ(given({"--force", "start"}), json({{"command", "start"}}));
}

TEST(Arguments, TakeTheLastOfAnOptionThatIsGivenTwice) {
    EXPECT_EQ(given({"--pgdir", "a", "--json", "status", "--pgdir", "b", "--json"}),
              json({{"command", "status"}, {"json", true}, {"pgdir", "b"}}));
}

TEST(Arguments, MayBeginAnOptionOnly) {
    EXPECT_EQ(given({"--verb", "--pgd=d", "status"}),
              json({{"command", "status"}, {"verbose", true}, {"pgdir", "d"}}));
    EXPECT_EQ(error_in({"--ver", "status"}), "ambiguous option: --ver could match --version, --verbose");
}

TEST(Arguments, ReadAllAsEveryService) {
    const json wanted = {{"command", "stop"}, {"services", {"(all services)"}}};
    EXPECT_EQ(given({"-a", "stop"}), wanted);
    EXPECT_EQ(given({"stop", "--all"}), wanted);
}

TEST(Arguments, RefuseAllBesideNames) {
    const char* wanted = "argument services: not allowed with argument --all/-a";
    EXPECT_EQ(error_in({"start", "--all", "a"}), wanted);
    EXPECT_EQ(error_in({"start", "a", "-a"}), wanted);
}

TEST(Arguments, EndTheirOptionsAtTwoDashes) {
    EXPECT_EQ(given({"status", "--", "-x", "--json"}),
              json({{"command", "status"}, {"services", {"-x", "--json"}}}));
    EXPECT_EQ(given({"--", "status"}), json({{"command", "status"}}));
}

TEST(Arguments, LeaveNamesAsTheyAre) {
    const std::vector<std::string> names = {"my service", "[a,b]", "", "-", "/abs/olute", "k=v", "\xff"};
    std::vector<std::string> arguments = {"start"};
    arguments.insert(arguments.end(), names.begin(), names.end());
    EXPECT_EQ(given(arguments)["services"], json(names));
}

TEST(Arguments, MissACommand) {
    const char* wanted = "the following arguments are required: command";
    EXPECT_EQ(error_in({}), wanted);
    EXPECT_EQ(error_in({"--json"}), wanted);
    EXPECT_EQ(error_in({"--frobnicate"}), wanted);
}

TEST(Arguments, RefuseAnUnknownCommandNamingTheOthers) {
    EXPECT_EQ(error_in({"launch", "--frobnicate"}),
              "argument command: invalid choice: 'launch' (choose from 'start', 'stop', 'status', 'restart', "
              "'reload', 'log', 'debug', 'config', 'check', 'upgrade')");
}

TEST(Arguments, RefuseUnknownOptionsNamingThem) {
    EXPECT_EQ(error_in({"start", "--frobnicate", "-x"}), "unrecognized arguments: --frobnicate -x");
}

TEST(Arguments, RefuseAnOptionWithoutItsValueAndAFlagWithOne) {
    for (const char* option : {"--pgdir", "--pghome", "--config"})
        EXPECT_EQ(error_in({"status", option}),
                  "argument " + std::string(option) + ": expected one argument");
    EXPECT_EQ(error_in({"status", "--json=false"}), "argument --json: takes no value");
}

TEST(Arguments, AskForHelpOrVersionWhateverElseTheyHold) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"-h"}, {"--help"}, {"start", "--help", "--frob"}}) {
        const auto parsed = parse_arguments(arguments);
        ASSERT_FALSE(parsed);
        EXPECT_FALSE(parsed.error().is_error);
        EXPECT_EQ(parsed.error().text, cli::help_text());
    }
    const auto version = parse_arguments({"--version"});
    ASSERT_FALSE(version);
    EXPECT_FALSE(version.error().is_error);
    EXPECT_EQ(version.error().text, std::string(base::version()) + "\n");
}

TEST(Help, NamesEveryCommand) {
    for (const std::string& command : cli::command_names())
        EXPECT_NE(cli::help_text().find("\n  " + command + " "), std::string::npos) << command;
}
