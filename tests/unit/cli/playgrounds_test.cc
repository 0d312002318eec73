#include "cli/playgrounds.h"

#include <gtest/gtest.h>

using cli::Services;
using cli::shares_of;
using cli::Standing;

namespace {

const config::NamedService kOne{.name = "a",
                                .playground = "/home/me/playground",
                                .path = "/home/me/playground/a",
                                .shown = "playground/a"};
const config::NamedService kOther{
    .name = "b", .playground = "/srv/other", .path = "/srv/other/b", .shown = "/srv/other/b"};
const config::NamedService kThird{.name = "c",
                                  .playground = "/home/me/playground",
                                  .path = "/home/me/playground/c",
                                  .shown = "playground/c"};

}  // namespace

TEST(Shares, GoByPlaygroundInTheOrderInWhichTheyAreNamed) {
    const auto shares = shares_of({kOne, kOther, kThird});
    ASSERT_EQ(shares.size(), 2U);
    EXPECT_EQ(shares[0].playground, "/home/me/playground");
    EXPECT_EQ(shares[0].names, (std::vector<std::string>{"a", "c"}));
    EXPECT_EQ(shares[1].playground, "/srv/other");
    EXPECT_EQ(shares[1].names, (std::vector<std::string>{"b"}));
}

TEST(Shares, KnowWhatStandsBeforeANameThatIsShown) {
    const auto shares = shares_of({kOne, kOther});
    EXPECT_EQ(shares[0].shown_prefix, "playground/");
    EXPECT_EQ(shares[1].shown_prefix, "/srv/other/");
    auto within = kOne;
    within.shown = "a";
    EXPECT_EQ(shares_of({within})[0].shown_prefix, "");
}

TEST(Shares, OfNothingAreNone) {
    EXPECT_TRUE(shares_of({}).empty());
}

TEST(StandingOfServices, IsDownForWhatIsNotMentioned) {
    Standing standing;
    EXPECT_EQ(standing.of(kOne), model::ServiceStatus());
    standing.add("/home/me/playground",
                 {.services = {{"a", {.state = "ready", .pid = 7}}}, .remarks = {{"a", "odd"}}});
    EXPECT_EQ(standing.of(kOne).pid, 7);
    EXPECT_EQ(standing.remark_on(kOne), "odd");
    EXPECT_EQ(standing.of(kThird), model::ServiceStatus());
    EXPECT_EQ(standing.remark_on(kThird), "");
    EXPECT_EQ(standing.of(kOther), model::ServiceStatus());
}
