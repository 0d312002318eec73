#include "protocol/bytes.h"

#include <gtest/gtest.h>

#include "base/text.h"

using namespace std::string_literals;

TEST(BytesAsText, StayReadableWhereTheyAreAscii) {
    EXPECT_EQ(protocol::text_of_bytes("PATH=/usr/bin"), "PATH=/usr/bin");
    EXPECT_EQ(protocol::text_of_bytes(""), "");
}

TEST(BytesAsText, AreTheCodePointOfTheirNumber) {
    EXPECT_EQ(protocol::text_of_bytes("\x80\xFF"), "\xC2\x80\xC3\xBF");
}

TEST(BytesAsText, ComeBackAsTheyWereEachOfThem) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    const std::string text = protocol::text_of_bytes(bytes);
    EXPECT_TRUE(base::valid_utf8(text));
    EXPECT_EQ(protocol::bytes_of_text(text), bytes);
}

TEST(TextAsBytes, HasNoCodePointAboveFF) {
    EXPECT_EQ(protocol::bytes_of_text("\xC4\x80"), std::nullopt);
    EXPECT_EQ(protocol::bytes_of_text("\xE2\x82\xAC"), std::nullopt);
}

TEST(TextAsBytes, IsUtf8) {
    EXPECT_EQ(protocol::bytes_of_text("\x80"), std::nullopt);
    EXPECT_EQ(protocol::bytes_of_text("a\xC3"), std::nullopt) << "cut short";
    EXPECT_EQ(protocol::bytes_of_text("\xC3"
                                      "a"),
              std::nullopt);
    EXPECT_EQ(protocol::bytes_of_text("\xC1\xBF"), std::nullopt) << "overlong";
}
