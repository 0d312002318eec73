#include "config/aliases.h"

#include <gtest/gtest.h>

#include "config/settings.h"

using config::Aliases;
using config::expand_aliases;
using Names = std::vector<std::string>;

TEST(Aliases, ANameThatIsNoneStandsForItself) {
    EXPECT_EQ(expand_aliases({"b", "a"}, {}).names, (Names{"b", "a"}));
}

TEST(Aliases, ExpandRecursivelyInOrderAndOnce) {
    const Aliases aliases = {{"default", {"web", "db"}}, {"web", {"nginx", "app"}}, {"db", {"app", "pg"}}};
    EXPECT_EQ(expand_aliases({"pg", "default"}, aliases).names, (Names{"pg", "nginx", "app"}));
    EXPECT_EQ(expand_aliases({"default", "web"}, aliases).names, (Names{"nginx", "app", "pg"}));
}

TEST(Aliases, AllServicesStayInTheirPlace) {
    const Aliases aliases = {{"default", {"first", config::kAllServices, "last"}}};
    EXPECT_EQ(expand_aliases({"default"}, aliases).names, (Names{"first", config::kAllServices, "last"}));
}

TEST(Aliases, ADiamondIsNoCycle) {
    //      a
    //    b   c
    //      d
    const auto expansion =
        expand_aliases({"a"}, {{"a", {"b", "c"}}, {"b", {"d"}}, {"c", {"d"}}, {"d", {"x"}}});
    EXPECT_EQ(expansion.names, Names{"x"});
    EXPECT_TRUE(expansion.cycles.empty());
}

TEST(Aliases, ACycleNamesWhereItCloses) {
    EXPECT_EQ(expand_aliases({"a"}, {{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}).cycles, Names{"b"});
    EXPECT_EQ(expand_aliases({"a"}, {{"a", {"x", "a"}}}).cycles, Names{"a"});
    EXPECT_EQ(config::cycle_message("b"), "Circular aliases! Visited twice during alias expansion: 'b'");
}

TEST(Aliases, EveryCycleIsFoundOnce) {
    const Aliases aliases = {{"a", {"a"}}, {"b", {"c"}}, {"c", {"b"}}, {"d", {"a", "b"}}};
    EXPECT_EQ(expand_aliases({"a", "b", "c", "d"}, aliases).cycles, (Names{"a", "b"}));
}

TEST(Aliases, ThatDoubleAtEachStepTakeNoTime) {
    Aliases aliases;
    for (int i = 0; i < 60; ++i) {
        const std::string next = std::to_string(i + 1);
        aliases[std::to_string(i)] = {next, next};
    }
    EXPECT_EQ(expand_aliases({"0"}, aliases).names, Names{"60"});
}

TEST(Aliases, ALongChainNeedsNoStack) {
    Aliases aliases;
    for (int i = 0; i < 50'000; ++i) aliases[std::to_string(i)] = {std::to_string(i + 1)};
    EXPECT_EQ(expand_aliases({"0"}, aliases).names, Names{"50000"});
}
