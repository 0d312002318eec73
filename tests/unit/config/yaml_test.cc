#include "config/yaml.h"

#include <gtest/gtest.h>

using config::parse_yaml;
using nlohmann::json;

namespace {

json value_of(const std::string& text) {
    const auto document = parse_yaml(text, "pgctl.yaml");
    EXPECT_TRUE(document) << text << "\n" << document.error().message();
    return document ? document->value : json();
}

std::string error_of(const std::string& text) {
    const auto document = parse_yaml(text, "pgctl.yaml");
    EXPECT_FALSE(document) << text;
    return document ? "" : document.error().message();
}

}  // namespace

TEST(Yaml, AUsersFileReadsAsWritten) {
    EXPECT_EQ(value_of("# who starts\n"
                       "timeout: 10\n"
                       "poll: .5\n"
                       "verbose: yes\n"
                       "pghome: ~/run\n"
                       "aliases:\n"
                       "    default: [web, db]\n"
                       "    all the rest:\n"
                       "    - mail\n"
                       "    - \"8080\"\n"),
              (json{{"timeout", 10},
                    {"poll", 0.5},
                    {"verbose", true},
                    {"pghome", "~/run"},
                    {"aliases", {{"default", {"web", "db"}}, {"all the rest", {"mail", "8080"}}}}}));
}

TEST(Yaml, TheTwoOuterLevelsKnowTheirLines) {
    const auto document = parse_yaml("\ntimeout: 1\naliases:\n  web:\n    - x: 1\n  db: {y: 1}\n", "f");
    EXPECT_EQ(document->lines, (std::map<std::string, int>{
                                   {"timeout", 2}, {"aliases", 3}, {"aliases/web", 4}, {"aliases/db", 6}}));
}

TEST(Yaml, AnEmptyFileHoldsNothing) {
    EXPECT_EQ(value_of(""), json::object());
    EXPECT_EQ(value_of("# only words\n"), json::object());
    EXPECT_TRUE(value_of("---\n").is_null());
    EXPECT_TRUE(value_of("~").is_null());
}

TEST(Yaml, QuotesAndTagsMakeText) {
    EXPECT_EQ(value_of("a: '1'\nb: \"yes\"\nc: !!str 1\nd: ! 1\ne: |\n  x\n  y\n"),
              (json{{"a", "1"}, {"b", "yes"}, {"c", "1"}, {"d", "1"}, {"e", "x\ny\n"}}));
}

TEST(Yaml, TagsOfOtherScalarsAreHeldToTheirWord) {
    EXPECT_EQ(
        value_of("a: !!int \"1\"\nb: !!float 1\nc: !!bool yes\nd: !!null ~\ne: !!seq [1]\nf: !!map {}\n"),
        (json{{"a", 1}, {"b", 1}, {"c", true}, {"d", nullptr}, {"e", {1}}, {"f", json::object()}}));
    EXPECT_EQ(error_of("x: 1\na: !!int x\n"), "pgctl.yaml:2: 'x' is not of type 'int'");
    EXPECT_EQ(error_of("a: !!binary aaaa\n"), "pgctl.yaml:1: 'aaaa' is not of type 'binary'");
    EXPECT_EQ(error_of("a: !python/object:os.system x\n"),
              "pgctl.yaml:1: unknown tag '!python/object:os.system'");
    EXPECT_EQ(error_of("a: !!omap [x: 1]\n"), "pgctl.yaml:1: unknown tag 'tag:yaml.org,2002:omap'");
}

TEST(Yaml, AKeyIsWhatIsWritten) {
    EXPECT_EQ(value_of("on: 1\n8080: 2\n\"<<\": 3\n~: 4\n"),
              (json{{"on", 1}, {"8080", 2}, {"<<", 3}, {"", 4}}));
    EXPECT_EQ(error_of("[a, b]: 1\n"), "pgctl.yaml:1: a key must be a string");
    EXPECT_EQ(error_of("? {a: b}\n: 1\n"), "pgctl.yaml:1: a key must be a string");
}

TEST(Yaml, TheLaterOfTwoEqualKeysCounts) {
    EXPECT_EQ(value_of("a: 1\na: 2\n"), (json{{"a", 2}}));
}

TEST(Yaml, AliasesStandForWhatWasAnchored) {
    EXPECT_EQ(
        value_of("a: &x [1, &y two]\nb: *x\n*y : *y\nc: &z {k: v}\nd: *z\n"),
        (json{
            {"a", {1, "two"}}, {"b", {1, "two"}}, {"two", "two"}, {"c", {{"k", "v"}}}, {"d", {{"k", "v"}}}}));
    EXPECT_EQ(error_of("a: &x [1, *x]\n"), "pgctl.yaml:1: an alias within what it stands for");
    EXPECT_EQ(error_of("a: &x 5\n*x : 1\n"), "pgctl.yaml:2: a key must be a string");
    EXPECT_EQ(error_of("a: 1\nb: *nobody\n").substr(0, 14), "pgctl.yaml:2: ");
}

TEST(Yaml, MergeKeysFillInWhatIsNotGiven) {
    EXPECT_EQ(
        value_of(
            "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  y: 0\n  <<: [*a, *b]\nd:\n  <<: *a\n  x: 9\n"),
        (json{{"a", {{"x", 1}, {"y", 1}}},
              {"b", {{"y", 2}, {"z", 2}}},
              {"c", {{"x", 1}, {"y", 0}, {"z", 2}}},
              {"d", {{"x", 9}, {"y", 1}}}}));
    EXPECT_EQ(error_of("a: 1\n<<: 5\n"), "pgctl.yaml:2: '<<' needs a mapping or a list of mappings");
    EXPECT_EQ(error_of("a: 1\n<<: [5]\n"), "pgctl.yaml:2: '<<' needs a mapping or a list of mappings");
}

TEST(Yaml, ASyntaxErrorTellsItsLine) {
    EXPECT_EQ(error_of("a: 1\nb: [1\n").substr(0, 13), "pgctl.yaml:3:");
    EXPECT_EQ(error_of("a: 1\n  b: 2\n").substr(0, 13), "pgctl.yaml:2:");
    EXPECT_EQ(error_of("a: 1\n\tb: 2\n").substr(0, 13), "pgctl.yaml:2:");
    EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"), "pgctl.yaml:2: a second document; only one is read");
}

TEST(Yaml, ABombOfAliasesIsRefused) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int copies = 0; copies < 9; ++copies) bomb += before + ", ";
        bomb += "]\n";
    }
    EXPECT_EQ(error_of(bomb), "pgctl.yaml:5: too large");
}

TEST(Yaml, DeepNestingIsRefused) {
    EXPECT_EQ(error_of("a: " + std::string(5'000, '[') + std::string(5'000, ']')),
              "pgctl.yaml:1: nested too deeply");
    EXPECT_EQ(error_of("a: " + std::string(100'000, '[')).substr(0, 13), "pgctl.yaml:1:");
    EXPECT_EQ(error_of("a: " + std::string(100'000, '{')).substr(0, 13), "pgctl.yaml:1:");
    std::string blocks;
    for (int i = 0; i < 50'000; ++i) blocks += "- ";
    EXPECT_EQ(error_of(blocks), "pgctl.yaml:1: nested too deeply");
    EXPECT_EQ(value_of("a: " + std::string(90, '[') + std::string(90, ']')).size(), 1U);
}
