#include "config/selection.h"

#include "fixture.h"

using config::NamedService;

namespace {

class Selection : public ConfigTest {
  protected:
    Selection() {
        settings.pgdir = "playground";
        settings.aliases = {{"default", {config::kAllServices}}};
    }
    auto select(const Lines& names) {
        settings.services = names;
        return config::select_services(settings, surroundings, running);
    }
    Lines names(const Lines& written) {
        Lines found;
        const auto services = select(written);
        if (!services) return {services.error().message()};
        for (const NamedService& service : *services) found.push_back(service.name);
        return found;
    }
    std::string error(const Lines& written) {
        const auto services = select(written);
        return services ? "" : services.error().message();
    }
    config::Settings settings;
    config::RunningServices running;
};

}  // namespace

TEST_F(Selection, AServiceKnowsItsPlaces) {
    program("playground/web/run");
    surroundings.working_directory = at("inner");
    EXPECT_EQ(select({"web"}), (std::vector<NamedService>{{.name = "web",
                                                           .playground = at("playground"),
                                                           .path = at("playground/web"),
                                                           .shown = at("playground/web"),
                                                           .shown_log = at("playground/web/logs/current")}}));
    surroundings.working_directory = root + "/work";
    EXPECT_EQ(select({"web"})->front().shown, "playground/web");
    EXPECT_EQ(select({"web"})->front().shown_log, "playground/web/logs/current");
    surroundings.working_directory = at("playground/web");
    EXPECT_EQ(select({"web"})->front().shown_log, "logs/current");
}

TEST_F(Selection, AllServicesComeSortedAndOnce) {
    for (const char* name : {"b", "a", "c"}) program("playground/" + std::string(name) + "/run");
    EXPECT_EQ(names({"default"}), (Lines{"a", "b", "c"}));
    EXPECT_EQ(names({"c", "default", "a", at("playground/b")}), (Lines{"c", "a", "b"}));
    settings.aliases["some"] = {"b", config::kAllServices};
    EXPECT_EQ(names({"some"}), (Lines{"b", "a", "c"}));
}

TEST_F(Selection, ASlashOfTheShellsCompletionIsFine) {
    program("playground/web/run");
    EXPECT_EQ(names({"web/", "web"}), Lines{"web"});
    EXPECT_EQ(names({at("playground/web//")}), Lines{"web"});
}

TEST_F(Selection, AnAbsolutePathNeedsNoPlayground) {
    program("other/web/run");
    EXPECT_EQ(select({at("other/web")})->front().playground, at("other"));
    EXPECT_EQ(names({at("other/web"), "web"}), Lines{"could not find any directory named 'playground'"});
    EXPECT_EQ(error({"default"}), "could not find any directory named 'playground'");
    EXPECT_EQ(error({"/"}), "not a service name: '/' (it is empty)");
}

TEST_F(Selection, APathSeenFromThePlaygroundIsFine) {
    program("playground/web/run");
    program("playground/group/db/run");
    EXPECT_EQ(names({"./web", "../playground/web", "group/../web"}), Lines{"web"});
    EXPECT_EQ(select({"group/db/"})->front().playground, at("playground/group"));
    EXPECT_EQ(select({"group/db"})->front().name, "db");
    EXPECT_EQ(error({"playground/web"}), "No such service: 'playground/playground/web'");
}

TEST_F(Selection, WhatHasNoRunIsNoService) {
    directory("playground/nope");
    EXPECT_EQ(error({"nope"}), "No such service: 'playground/nope'");
    EXPECT_EQ(error({"gone"}), "No such service: 'playground/gone'");
    EXPECT_EQ(error({at("other/gone")}), "No such service: 'other/gone'");
    EXPECT_EQ(error({"/srv/pg/gone"}), "No such service: '/srv/pg/gone'");
}

TEST_F(Selection, NamesThatNoneMayHaveAreRefused) {
    directory("playground");
    EXPECT_EQ(error({".."}), "not a service name: '..' (it names a directory's self or parent)");
    EXPECT_EQ(error({"../b"}), "not a service name: '../b' (it leads out of the playground)");
    EXPECT_EQ(error({"a/../../b"}), "not a service name: 'a/../../b' (it leads out of the playground)");
    EXPECT_EQ(error({"a/.."}), "not a service name: 'a/..' (it leads out of the playground)");
    EXPECT_EQ(error({"a\nb"}), "not a service name: 'a\\nb' (it has a line end)");
    EXPECT_EQ(error({""}), "not a service name: '' (it is empty)");
}

TEST_F(Selection, ACycleOfAliasesIsRefused) {
    settings.aliases["a"] = {"b"};
    settings.aliases["b"] = {"b"};
    EXPECT_EQ(error({"a"}), "Circular aliases! Visited twice during alias expansion: 'b'");
}

TEST_F(Selection, WhatRunsCanBeNamedWithoutItsDirectory) {
    program("playground/a/run");
    Lines asked;
    running = [&](const std::string& playground) {
        asked.push_back(playground);
        return Lines{"gone", "a"};
    };
    EXPECT_EQ(names({"a"}), Lines{"a"});
    EXPECT_TRUE(asked.empty());
    EXPECT_EQ(names({"gone", "default"}), (Lines{"gone", "a"}));
    EXPECT_EQ(asked, Lines{at("playground")});
    EXPECT_EQ(error({"other"}), "No such service: 'playground/other'");
    EXPECT_EQ(names({at("deleted/gone")}), Lines{"gone"});
}

TEST_F(Selection, ABadNameInThePlaygroundIsAProblemOfWhatStartsAllOnly) {
    program("playground/-x/run");
    program("playground/web/run");
    for (const char* command : {"status", "stop", "reload"}) {
        settings.command = command;
        EXPECT_EQ(names({"default"}), Lines{"web"});
    }
    settings.command = "start";
    const auto found = select({"default"});
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->front().problem,
              "not a service name: '-x' in playground (it starts with a dash, like an option)");
    EXPECT_EQ(found->back().problem, "");
}
