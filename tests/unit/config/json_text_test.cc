#include "config/json_text.h"

#include <gtest/gtest.h>

using config::parse_json;
using config::printed_json;
using nlohmann::json;

namespace {

std::string error_of(const std::string& text) {
    const auto document = parse_json(text, "pgctl.json");
    EXPECT_FALSE(document) << text;
    return document ? "" : document.error().message();
}

}  // namespace

TEST(JsonText, AllKindsOfValuesAreRead) {
    const std::string text = R"({"a": [1, -2, 3.5, "x", null, true, {}], "b": {"c": false}})";
    EXPECT_EQ(parse_json(text, "f")->value, json::parse(text));
    EXPECT_TRUE(parse_json("null", "f")->value.is_null());
}

TEST(JsonText, TheTwoOuterLevelsKnowTheirLines) {
    const auto document =
        parse_json("{\n  \"timeout\": 1,\n  \"aliases\": {\n\n    \"web\": {\"x\":\n 1}\n  }\n}\n", "f");
    EXPECT_EQ(document->lines,
              (std::map<std::string, int>{{"timeout", 2}, {"aliases", 3}, {"aliases/web", 5}}));
}

TEST(JsonText, ASyntaxErrorTellsItsLineAndCause) {
    EXPECT_EQ(
        error_of("{\n\"a\": 1,\n}"),
        "pgctl.json:3: syntax error while parsing object key - unexpected '}'; expected string literal");
    EXPECT_EQ(error_of("").substr(0, 14), "pgctl.json:1: ");
    EXPECT_EQ(error_of("{} {}").substr(0, 14), "pgctl.json:1: ");
    EXPECT_EQ(error_of("{\"a\": \"\xff\"}").substr(0, 14), "pgctl.json:1: ");
}

TEST(JsonText, DepthAndSizeAreBounded) {
    EXPECT_EQ(error_of(std::string(100'000, '[')), "pgctl.json:1: nested too deeply");
    std::string many = "[0";
    for (int i = 0; i < 200'000; ++i) many += ",0";
    EXPECT_EQ(error_of(many + "]"), "pgctl.json:1: too large");
    std::string objects;
    for (int i = 0; i < 200; ++i) objects += "{\"a\":";
    EXPECT_EQ(error_of(objects), "pgctl.json:1: nested too deeply");
}

TEST(JsonText, PrintsAsPythonDoes) {
    const json value = {{"b", {1, 2.5, "2.0"}},
                        {"a", {{"none", nullptr}, {"empty", json::object()}, {"list", json::array()}}},
                        {"c", "\xc3\xa9 \xf0\x9f\x98\x80 \x7f \" \\ \n / \xff"}};
    EXPECT_EQ(printed_json(value), R"({
    "a": {
        "empty": {},
        "list": [],
        "none": null
    },
    "b": [
        1,
        2.5,
        "2.0"
    ],
    "c": "\u00e9 \ud83d\ude00 \u007f \" \\ \n / \ufffd"
})");
}
