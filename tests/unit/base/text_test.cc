#include "base/text.h"

#include <gtest/gtest.h>

using namespace std::string_literals;
using Words = std::vector<std::string>;

TEST(Join, PutsTheSeparatorBetween) {
    EXPECT_EQ(base::join({}, ", "), "");
    EXPECT_EQ(base::join({"a"}, ", "), "a");
    EXPECT_EQ(base::join({"a", "", "b"}, ", "), "a, , b");
}

TEST(TheWordsOfAText, StandBetweenWhiteSpaceOfAnyKind) {
    EXPECT_EQ(base::words(""), Words{});
    EXPECT_EQ(base::words(" \t\r\n\v\f"), Words{});
    EXPECT_EQ(base::words("one"), Words{"one"});
    EXPECT_EQ(base::words("  one\ttwo\r\nthree\v\f "), (Words{"one", "two", "three"}));
}

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(base::split("", ','), Words{""});
    EXPECT_EQ(base::split("a", ','), Words{"a"});
    EXPECT_EQ(base::split(",a,,b,", ','), (Words{"", "a", "", "b", ""}));
    EXPECT_EQ(base::split("a\0b"s, '\0'), (Words{"a", "b"}));
}

TEST(Trim, LeavesWhiteSpaceInside) {
    EXPECT_EQ(base::trim(""), "");
    EXPECT_EQ(base::trim(" \n"), "");
    EXPECT_EQ(base::trim("a"), "a");
    EXPECT_EQ(base::trim("\t a b \r\n"), "a b");
}

TEST(ValidUtf8, HasSequencesOfEveryLength) {
    EXPECT_TRUE(base::valid_utf8(""));
    EXPECT_TRUE(base::valid_utf8("a\0b"s));
    EXPECT_TRUE(base::valid_utf8("\x7F"));
    EXPECT_TRUE(base::valid_utf8("\xC2\x80 \xDF\xBF"));
    EXPECT_TRUE(base::valid_utf8("\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF"));
    EXPECT_TRUE(base::valid_utf8("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
}

TEST(ValidUtf8, IsNotWhatOnlyLooksLikeIt) {
    EXPECT_FALSE(base::valid_utf8("\x80")) << "continues nothing";
    EXPECT_FALSE(base::valid_utf8("\xBF"));
    EXPECT_FALSE(base::valid_utf8("\xC0\x80")) << "overlong";
    EXPECT_FALSE(base::valid_utf8("\xC1\xBF")) << "overlong";
    EXPECT_FALSE(base::valid_utf8("\xE0\x9F\xBF")) << "overlong";
    EXPECT_FALSE(base::valid_utf8("\xF0\x8F\xBF\xBF")) << "overlong";
    EXPECT_FALSE(base::valid_utf8("\xED\xA0\x80")) << "a surrogate";
    EXPECT_FALSE(base::valid_utf8("\xF4\x90\x80\x80")) << "above U+10FFFF";
    EXPECT_FALSE(base::valid_utf8("\xF5\x80\x80\x80"));
    EXPECT_FALSE(base::valid_utf8("\xFF"));
}

TEST(ValidUtf8, IsNotCutShort) {
    for (const std::string whole : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
        EXPECT_TRUE(base::valid_utf8(whole));
        for (size_t size = 1; size < whole.size(); ++size) {
            EXPECT_FALSE(base::valid_utf8(whole.substr(0, size)));
            EXPECT_FALSE(base::valid_utf8(whole.substr(0, size) + "a"));
        }
    }
}

TEST(ANonNegativeNumber, IsDecimal) {
    EXPECT_EQ(base::non_negative_number("0"), 0.0);
    EXPECT_EQ(base::non_negative_number("2.5"), 2.5);
    EXPECT_EQ(base::non_negative_number(".5"), 0.5);
    EXPECT_EQ(base::non_negative_number("1e3"), 1000.0);
    EXPECT_EQ(base::non_negative_number("1E-2"), 0.01);
    EXPECT_EQ(base::non_negative_number("1e+2"), 100.0);
    EXPECT_EQ(base::non_negative_number(" 10\n"), 10.0);
}

TEST(ANonNegativeNumber, IsNothingElse) {
    for (const char* text : {"", " ", "-1", "+1", "-0", "nan", "inf", "infinity", "0x10", "1,5", "1 2", "1s",
                             "e5", ".", "1e", "1.2.3", "--1", "1e999"}) {
        EXPECT_EQ(base::non_negative_number(text), std::nullopt) << text;
    }
}

TEST(PrintableText, IsAsItWasWhereItCanBeShown) {
    EXPECT_EQ(base::printable(""), "");
    EXPECT_EQ(base::printable("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 ~!"),
              "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 ~!");
}

TEST(PrintableText, HasNoControlBytes) {
    EXPECT_EQ(base::printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
    EXPECT_EQ(base::printable("\x1B[31m"), "\\x1b[31m");
    EXPECT_EQ(base::printable("\0\x7F"s), "\\x00\\x7f");
}

TEST(PrintableText, HasNoControlCharactersOfTwoBytesEither) {
    // U+009B begins a sequence as ESC [ does (ECMA-48).
    EXPECT_EQ(base::printable("\xC2\x9B"
                              "31m"),
              "\\xc2\\x9b31m");
    EXPECT_EQ(base::printable("\xC2\x80\xC2\x9F\xC2\xA0"), "\\xc2\\x80\\xc2\\x9f\xC2\xA0");
}

TEST(PrintableText, ShowsInvalidBytes) {
    EXPECT_EQ(base::printable("a\xFF\xC3"), "a\\xff\\xc3");
    EXPECT_EQ(base::printable("\xE2\x82"
                              "a"),
              "\\xe2\\x82"
              "a");
}

TEST(TheClosestWord, IsTheOneWithTheFewestChanges) {
    const Words names = {"services", "service", "aliases", "timeout"};
    EXPECT_EQ(base::closest("servces", names), "services");
    EXPECT_EQ(base::closest("service", names), "service");
    EXPECT_EQ(base::closest("aliaes", names), "aliases");
    EXPECT_EQ(base::closest("tmieout", names), "timeout");
}

TEST(TheClosestWord, IsNoneThatIsTooFarAway) {
    EXPECT_EQ(base::closest("web", {}), std::nullopt);
    EXPECT_EQ(base::closest("web", {"database"}), std::nullopt);
    EXPECT_EQ(base::closest("abcd", {"abxyz"}), std::nullopt);
}

TEST(TheClosestWord, IsNoneThatSharesNothing) {
    EXPECT_EQ(base::closest("xy", {"ab"}), std::nullopt);
    EXPECT_EQ(base::closest("", {"a"}), std::nullopt);
}
