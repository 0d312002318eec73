#include "config/ini.h"

#include <gtest/gtest.h>

using config::parse_ini;
using nlohmann::json;

namespace {

json value_of(const std::string& text) {
    const auto document = parse_ini(text, "pgctl.ini");
    EXPECT_TRUE(document) << text << "\n" << document.error().message();
    return document ? document->value : json();
}

std::string error_of(const std::string& text) {
    const auto document = parse_ini(text, "pgctl.ini");
    EXPECT_FALSE(document) << text;
    return document ? "" : document.error().message();
}

}  // namespace

TEST(Ini, ValuesAreTextAndKeysAreLowerCase) {
    EXPECT_EQ(value_of("; who\n[pgctl]\nTimeOut = 3\npoll: .1\nempty =\nnote = a ; b # c\n"),
              (json{{"timeout", "3"}, {"poll", ".1"}, {"empty", ""}, {"note", "a ; b # c"}}));
}

TEST(Ini, AKeyThatEndsInListIsAList) {
    EXPECT_EQ(value_of("[pgctl]\nservices_list = a  b\n   c\n"), (json{{"services", {"a", "b", "c"}}}));
}

TEST(Ini, OtherSectionsAreOthersBusiness) {
    EXPECT_EQ(value_of("[mypy]\nx = 1\n[pgctl]\ny = 2\n[tox]\ny = 3\n"), (json{{"y", "2"}}));
}

TEST(Ini, TheDefaultSectionSaysWhatTheOtherDoesNot) {
    EXPECT_EQ(value_of("[DEFAULT]\na = 1\nb = 1\n[pgctl]\nb = 2\n"), (json{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(value_of("[DEFAULT]\na = 1\n[pgctl]\n"), (json{{"a", "1"}}));
}

TEST(Ini, DeeperLinesGoOnAndEqualOnesDoNot) {
    EXPECT_EQ(value_of("[pgctl]\n  a = 1\n  b = 2\n    more\n\n    and more\n  c = 3\n"),
              (json{{"a", "1"}, {"b", "2\nmore\nand more"}, {"c", "3"}}));
    EXPECT_EQ(value_of("  [pgctl]\n    a = 1\n"), (json{{"a", "1"}}));
}

TEST(Ini, PercentSignsReferToOtherKeys) {
    EXPECT_EQ(value_of("[DEFAULT]\nroot = /srv\n[pgctl]\npghome = %(ROOT)s/run\nx = 100%%\n"),
              (json{{"root", "/srv"}, {"pghome", "/srv/run"}, {"x", "100%"}}));
    EXPECT_EQ(error_of("[pgctl]\na = 100%\n"), "pgctl.ini:2: '%' must be followed by '%' or '(key)s'");
    EXPECT_EQ(error_of("[pgctl]\na = %(b\n"), "pgctl.ini:2: '%' must be followed by '%' or '(key)s'");
    EXPECT_EQ(error_of("[pgctl]\n\na = %(b)s\n"), "pgctl.ini:3: '%(b)s' refers to a key that is not there");
    EXPECT_EQ(error_of("[pgctl]\na = %(a)s\n"), "pgctl.ini:2: '%(a)s' leads too deep");
}

TEST(Ini, ReferencesThatMultiplyAreRefused) {
    std::string text = "[pgctl]\na0 = " + std::string(1000, 'x') + "\n";
    for (int i = 1; i < 9; ++i) {
        text += "a" + std::to_string(i) + " = ";
        for (int copies = 0; copies < 9; ++copies) text += "%(a" + std::to_string(i - 1) + ")s";
        text += "\n";
    }
    EXPECT_EQ(error_of(text), "pgctl.ini:6: too large");
}

TEST(Ini, LongLinesAreWhole) {
    const std::string value(100'000, 'x');
    EXPECT_EQ(value_of("[pgctl]\na = " + value), (json{{"a", value}}));
}

TEST(Ini, KeysKnowTheirLines) {
    const auto document = parse_ini("[pgctl]\n\na = 1\n  x\nb_list = 2\n", "f");
    EXPECT_EQ(document->lines, (std::map<std::string, int>{{"a", 3}, {"b", 5}}));
}

TEST(Ini, WindowsLineEndsAndAMarkAtTheBeginningAreFine) {
    EXPECT_EQ(value_of("\xef\xbb\xbf[pgctl]\r\na = 1\r\n"), (json{{"a", "1"}}));
}

TEST(Ini, WhatIsNoIniIsRefused) {
    EXPECT_EQ(error_of("[pgctl]\na = 1\nb\n"),
              "pgctl.ini:3: neither a section, nor a comment, nor 'key = value' in a section");
    EXPECT_EQ(error_of("[pgctl]\n = 1\n"),
              "pgctl.ini:2: neither a section, nor a comment, nor 'key = value' in a section");
    EXPECT_EQ(error_of("[pgctl\n"),
              "pgctl.ini:1: neither a section, nor a comment, nor 'key = value' in a section");
    EXPECT_EQ(error_of("[pgctl]\na = 1\nA = 2\n"), "pgctl.ini:3: 'a' is given twice");
    EXPECT_EQ(error_of(""), "pgctl.ini:1: there is no section [pgctl]");
    EXPECT_EQ(error_of("[other]\na = 1\n"), "pgctl.ini:1: there is no section [pgctl]");
    EXPECT_EQ(error_of("a = 1\n[pgctl]\n"),
              "pgctl.ini:1: neither a section, nor a comment, nor 'key = value' in a section");
    EXPECT_EQ(error_of(std::string("[pgctl]\na = \0\n", 14)), "pgctl.ini:2: not a text file");
}
