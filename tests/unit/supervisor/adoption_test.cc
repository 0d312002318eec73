// When a new supervisor knows enough to answer.

#include "supervisor/adoption.h"

#include <gtest/gtest.h>

using supervisor::Adoption;

TEST(Adoption, IsCompleteWhereNothingIsTakenOver) {
    EXPECT_TRUE(Adoption().complete());
}

TEST(Adoption, WaitsForEachKeeperAndForTheLastCommands) {
    Adoption adoption;
    adoption.ask(12);
    adoption.ask(13);
    adoption.ask_for_sync();
    adoption.told(12);
    adoption.synced();
    EXPECT_FALSE(adoption.complete());
    adoption.told(13);
    EXPECT_TRUE(adoption.complete());
}

TEST(Adoption, WaitsForTheLastCommandsWhereNoKeeperIsLeft) {
    Adoption adoption;
    adoption.ask_for_sync();
    EXPECT_FALSE(adoption.complete());
    adoption.synced();
    EXPECT_TRUE(adoption.complete());
}

TEST(Adoption, IsNotMovedByAKeeperThatNobodyAsked) {
    Adoption adoption;
    adoption.ask(12);
    adoption.told(99);
    EXPECT_FALSE(adoption.complete());
}

TEST(Adoption, WaitsForNobodyForever) {
    Adoption adoption;
    adoption.ask(12);
    adoption.ask_for_sync();
    adoption.give_up();
    EXPECT_TRUE(adoption.complete());
}
