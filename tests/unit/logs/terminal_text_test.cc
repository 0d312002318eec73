#include "logs/terminal_text.h"

#include <gtest/gtest.h>

#include "logs/columns.h"

namespace logs {
namespace {

std::string plain(std::string_view text) {
    return TerminalFilter().filtered(text);
}

std::string coloured(std::string_view text) {
    return TerminalFilter(Colours::keep).filtered(text);
}

TEST(TerminalFilter, LeavesPlainTextAndTabsAndCharactersOfAllScripts) {
    EXPECT_EQ(plain("a\tb\n日本 é\n"), "a\tb\n日本 é\n");
}

TEST(TerminalFilter, LeavesOutEverySequenceAndControlCharacter) {
    EXPECT_EQ(plain("\x1b[31mred\x1b[0m"), "red");
    EXPECT_EQ(plain("\x1b]0;title\aa\x1b]8;;http://x\x1b\\b"), "ab");
    EXPECT_EQ(plain("\x1bPq#0\x1b\\a\x1b(Bb\x1b"
                    "7c\x1b#8d"),
              "abcd");
    EXPECT_EQ(plain("50%\r100%\b\a\x7f\n"), "50%100%\n");
    EXPECT_EQ(plain(std::string_view("a\0b", 3)), "ab");
    EXPECT_EQ(plain("\xc2\x9b"
                    "31mC1"),
              "31mC1");
}

TEST(TerminalFilter, ShowsWhatIsNotUtf8AsReplacementCharacters) {
    EXPECT_EQ(plain("a\xff\xc0\x80z"), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_EQ(plain("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(TerminalFilter, ASequenceWithoutAnEndEndsWithItsLine) {
    EXPECT_EQ(plain("\x1b]0;never ended\nnext\n"), "\nnext\n");
    EXPECT_EQ(plain("\x1b[12\nnext\n"), "\nnext\n");
    EXPECT_EQ(plain("\x1b\nnext\n"), "\nnext\n");
}

TEST(TerminalFilter, KeepsColoursWhereAskedAndPutsThemBackAtTheEndOfTheLine) {
    EXPECT_EQ(coloured("\x1b[1;31mred\nplain\n"), "\x1b[1;31mred\x1b[0m\nplain\n");
    EXPECT_EQ(coloured("\x1b[2Jx\x1b[?25ly\x1b[>4;1mz\n"), "xyz\n");
}

TEST(TerminalFilter, DoesNotCareWhereTheTextIsCut) {
    const std::string text = "a\x1b[31mb\x1b]0;t\x1b\\c日d\xff\x1b[0m\n";
    for (const Colours colours : {Colours::drop, Colours::keep}) {
        const std::string whole = TerminalFilter(colours).filtered(text);
        for (size_t cut = 0; cut <= text.size(); ++cut) {
            TerminalFilter filter(colours);
            std::string parts = filter.filtered(text.substr(0, cut));
            parts += filter.filtered(text.substr(cut));
            EXPECT_EQ(parts, whole) << cut;
        }
    }
}

TEST(Fitted, CutsAndFillsInColumns) {
    EXPECT_EQ(fitted("abc", 5), "abc  ");
    EXPECT_EQ(fitted("abcdef", 5), "abcde");
    EXPECT_EQ(fitted("日本語", 5), "日本 ");
    EXPECT_EQ(fitted("e\xcc\x81x", 2), "e\xcc\x81x");
    EXPECT_EQ(fitted("a\tb", 10), "a       b ");
    EXPECT_EQ(fitted("", 0), "");
}

}  // namespace
}  // namespace logs
