#include "config/words.h"

#include <gtest/gtest.h>

using config::truth_of;

TEST(Words, OfTruthCountInAnyCase) {
    for (const char* word : {"1", "true", "TRUE", "Yes", "oN", " on ", "2", "0.5"})
        EXPECT_EQ(truth_of(word), true) << word;
    for (const char* word : {"0", "false", "No", "OFF", "", "0.0"}) EXPECT_EQ(truth_of(word), false) << word;
    for (const char* word : {"maybe", "-1", "truely", "nan"}) EXPECT_EQ(truth_of(word), std::nullopt) << word;
}

TEST(Words, LoseTheirCase) {
    EXPECT_EQ(config::lower_case("PGCTL_Z@[\xc3\x89"), "pgctl_z@[\xc3\x89");
}
