#include "config/yaml_scalar.h"

#include <gtest/gtest.h>

#include <cmath>

using config::plain_scalar;
using nlohmann::json;

TEST(YamlScalar, NothingIsNull) {
    for (const char* text : {"", "~", "null", "Null", "NULL"})
        EXPECT_TRUE(plain_scalar(text).is_null()) << text;
    EXPECT_EQ(plain_scalar("nULL"), "nULL");
}

TEST(YamlScalar, WordsOfTruthAreBooleansInThreeSpellings) {
    for (const char* text : {"yes", "Yes", "YES", "true", "on", "ON"})
        EXPECT_EQ(plain_scalar(text), true) << text;
    for (const char* text : {"no", "No", "false", "FALSE", "off"})
        EXPECT_EQ(plain_scalar(text), false) << text;
    for (const char* text : {"yEs", "y", "n", "tRUE", "truer"}) EXPECT_EQ(plain_scalar(text), text) << text;
}

TEST(YamlScalar, WholeNumbersMayHaveASignBarsAndARadix) {
    const std::vector<std::pair<const char*, std::int64_t>> cases = {
        {"0", 0},       {"-0", 0},       {"12", 12},   {"+12", 12},
        {"-12", -12},   {"1_000", 1000}, {"0b101", 5}, {"0x1F", 31},
        {"-0x1f", -31}, {"017", 15},     {"00", 0},    {"9223372036854775807", 9223372036854775807}};
    for (const auto& [text, value] : cases) {
        EXPECT_TRUE(plain_scalar(text).is_number_integer()) << text;
        EXPECT_EQ(plain_scalar(text), value) << text;
    }
    EXPECT_EQ(plain_scalar("10000000000000000000"), 1e19);
}

TEST(YamlScalar, FractionsAreNumbers) {
    const std::vector<std::pair<const char*, double>> cases = {
        {"2.0", 2},      {".01", 0.01},    {"1.", 1},      {"-1.5", -1.5},
        {"1_0.5", 10.5}, {"1.5e+3", 1500}, {".5e-1", 0.05}};
    for (const auto& [text, value] : cases) {
        EXPECT_TRUE(plain_scalar(text).is_number_float()) << text;
        EXPECT_EQ(plain_scalar(text), value) << text;
    }
    EXPECT_TRUE(std::isinf(plain_scalar(".inf").get<double>()));
    EXPECT_EQ(plain_scalar("-.INF"), -HUGE_VAL);
    EXPECT_TRUE(std::isnan(plain_scalar(".nan").get<double>()));
}

TEST(YamlScalar, ColonsCountInSixties) {
    EXPECT_EQ(plain_scalar("1:30"), 90);
    EXPECT_EQ(plain_scalar("-1:00:01"), -3601);
    EXPECT_EQ(plain_scalar("0:1.5"), 1.5);
    EXPECT_EQ(plain_scalar("1:30."), 90.0);
    EXPECT_TRUE(plain_scalar("9999999999999999:00").is_number_float());
    for (const char* text : {"1:60", "01:30", "1:", ":30", "_1:30", "1:2:x", "1:30.x", "1:100"}) {
        EXPECT_EQ(plain_scalar(text), text) << text;
    }
}

TEST(YamlScalar, EverythingElseIsText) {
    for (const char* text :
         {"web", "1e3",        "1.5e3", "-.5", "+.5",  "._1", "_1",   "08",   "0x", "0b2", "1-2", ".",  "-",
          "+",   "2026-11-22", "1.2.3", "a.5", "_1.5", "1.x", ".iNf", ".NAn", "<<", "=",   "e+3", "1e+"}) {
        EXPECT_EQ(plain_scalar(text), text) << text;
    }
}
