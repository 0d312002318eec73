#include "config/playground.h"

#include "fixture.h"

namespace {

class Playground : public ConfigTest {
  protected:
    std::string found(const std::string& pgdir = "playground") {
        const auto path = config::find_playground(pgdir, surroundings);
        return path ? *path : path.error().message();
    }
};

}  // namespace

TEST_F(Playground, TheNearestUpwardsIsFound) {
    directory("playground");
    surroundings.working_directory = at("inner");
    EXPECT_EQ(found(), at("playground"));
    directory("inner/playground");
    EXPECT_EQ(found(), at("inner/playground"));
    EXPECT_EQ(found("playground/"), at("inner/playground"));
    EXPECT_EQ(found("../playground"), at("playground"));
    EXPECT_EQ(found("."), at("inner"));
}

TEST_F(Playground, AnAbsolutePathNeedsNoSearch) {
    directory("services");
    surroundings.working_directory = root + "/home";
    EXPECT_EQ(found(at("services")), at("services"));
    EXPECT_EQ(found("/none"), "could not find any directory named '/none'");
}

TEST_F(Playground, WithoutOneThereIsOneLine) {
    EXPECT_EQ(found(), "could not find any directory named 'playground'");
    EXPECT_EQ(found("a\nb"), "could not find any directory named 'a\\nb'");
}

TEST_F(Playground, AFileOfThatNameIsPassedByAndMentioned) {
    file("playground", "");
    EXPECT_EQ(found(), "could not find any directory named 'playground' (playground is a file)");
    directory(root + "/playground");
    EXPECT_EQ(found(), root + "/playground");
}

TEST_F(Playground, ItsParentIsResolvedAndItsOwnNameStays) {
    directory("real/playground");
    directory("elsewhere");
    link("way", "real");
    link("real/linked", "../elsewhere");
    EXPECT_EQ(config::canonical_path(at("way/playground")), at("real/playground"));
    EXPECT_EQ(config::canonical_path(at("way/linked//")), at("real/linked"));
    EXPECT_EQ(config::canonical_path(at("way/linked/..")), root + "/work");
    EXPECT_EQ(config::canonical_path(at("none/..")), root + "/work");
    EXPECT_EQ(config::canonical_path("/"), "/");
}

TEST_F(Playground, APathThatIsGoneStillHasItsName) {
    directory("real");
    link("way", "real");
    EXPECT_EQ(config::canonical_path(at("way/gone/playground")), at("real/gone/playground"));
}

TEST_F(Playground, ServicesAreTheDirectoriesWithARun) {
    program("playground/b/run");
    program("playground/a b/run");
    file("playground/not executable/run", "");
    directory("playground/odd/run");
    link("playground/broken/run", "nowhere");
    program("shared/run");
    link("playground/linked", "../shared");
    directory("playground/no run");
    file("playground/README", "");
    EXPECT_EQ(config::list_services(at("playground"), "playground"),
              (Lines{"a b", "b", "broken", "linked", "not executable", "odd"}));
}

TEST_F(Playground, AnInvalidNameAmongThemIsListedForOthersToJudge) {
    program("playground/a\nb/run");
    EXPECT_EQ(config::list_services(at("playground"), "playground").value(),
              std::vector<std::string>{"a\nb"});
}

TEST_F(Playground, APathIsSeenFromItAndDoesNotLeadOutOfIt) {
    EXPECT_EQ(config::named_path("web", "/p/playground"), "/p/playground/web");
    EXPECT_EQ(config::named_path("./group//db/", "/p/playground"), "/p/playground/group/db");
    EXPECT_EQ(config::named_path("../playground/web", "/p/playground"), "/p/playground/web");
    EXPECT_EQ(config::named_path("/elsewhere/web/", "/p/playground"), "/elsewhere/web");
    for (const char* outside : {"..", ".", "../web", "a/../../web", "../playground2/web"})
        EXPECT_EQ(config::named_path(outside, "/p/playground"), std::nullopt) << outside;
}

TEST_F(Playground, OneThatCantBeReadIsOneLine) {
    file("playground", "");
    EXPECT_EQ(config::list_services(at("playground"), "playground").error().message(),
              "playground: Not a directory");
}
