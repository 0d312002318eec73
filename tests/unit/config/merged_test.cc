#include "config/merged.h"

#include <gtest/gtest.h>

using config::Merged;
using config::Origin;
using config::Source;
using nlohmann::json;

namespace {

Source source(std::string name, json value, std::map<std::string, int> lines = {}) {
    return {
        .origin = Origin::file, .name = std::move(name), .document = {std::move(value), std::move(lines)}};
}

}  // namespace

TEST(Merge, MappingsMergeByKeyAndOtherValuesReplace) {
    const Merged merged(
        {source("low", {{"a", {{"x", {1}}, {"y", {{"k", 1}}}}}, {"b", 1}, {"c", {{"z", 1}}}}),
         source("high", {{"a", {{"x", {2}}, {"y", {{"l", 2}}}}}, {"b", {{"n", 1}}}, {"c", 2}})});
    EXPECT_EQ(merged.values(),
              (json{{"a", {{"x", {2}}, {"y", {{"k", 1}, {"l", 2}}}}}, {"b", {{"n", 1}}}, {"c", 2}}));
}

TEST(Merge, EveryKeyKnowsWhoSaidIt) {
    const Merged merged({source("low.yaml", {{"aliases", {{"web", "a"}, {"db", "b"}}}, {"t", 1}},
                                {{"aliases", 2}, {"aliases/web", 3}, {"aliases/db", 4}, {"t", 5}}),
                         source("variable", {{"aliases", {{"web", "c"}}}})});
    EXPECT_EQ(merged.place_of("t"), "low.yaml:5");
    EXPECT_EQ(merged.place_of("aliases", "db"), "low.yaml:4");
    EXPECT_EQ(merged.place_of("aliases", "web"), "variable");
    EXPECT_EQ(merged.place_of("aliases", "none"), "variable");
    EXPECT_EQ(merged.place_of("none"), "default");
    EXPECT_EQ(merged.origin_of("t"), Origin::file);
    EXPECT_EQ(merged.origin_of("none"), Origin::built_in);
}
