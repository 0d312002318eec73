#include "config/check.h"

#include "fixture.h"

namespace {

class Check : public ConfigTest {
  protected:
    Check() { program("playground/web/run"); }
    Lines check() { return config::check(surroundings, {{"command", "check"}}); }
};

}  // namespace

TEST_F(Check, ACleanPlaygroundHasNothingToSay) {
    file("pgctl.yaml", "timeout: 3\naliases: {default: [web], all: ['(all services)', web/], abs: ['" +
                           at("playground/web") + "']}\nservices: [default]\n");
    program("playground/pre-start");
    program("playground/web/start-msg");
    program("playground/web/ready");
    file("playground/README", "");
    directory("playground/.git");
    environment("PGCTL_SERVICE=/p/a");
    environment("PGCTL_SOMETHING_ELSE=x");
    environment("PGCTL_TELEMETRY=0");
    EXPECT_EQ(check(), Lines{});
}

TEST_F(Check, UnknownKeysAreToldWithTheLikelyOne) {
    file("pgctl.yaml", "a: {timeout: 1}\ntimout: 3\n");
    file("given.json", "{\"alias\": {}}");
    environment("PGCTL_TIMEOUTT=3");
    EXPECT_EQ(
        config::check(surroundings, {{"config", "given.json"}}),
        (Lines{"pgctl.yaml:1: unknown key 'a'", "pgctl.yaml:2: unknown key 'timout'; did you mean 'timeout'?",
               "environment variable PGCTL_TIMEOUTT: unknown key 'timeoutt'; did you mean 'timeout'?",
               "given.json:1: unknown key 'alias'; did you mean 'aliases'?"}));
}

TEST_F(Check, FilesAndValuesThatAreWrongAreAllTold) {
    file(root + "/home/.pgctl.yaml", "a: [\n");
    file("pgctl.yaml", "timeout: soon\n");
    const Lines lines = check();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_TRUE(lines[0].starts_with(root + "/home/.pgctl.yaml:2: ")) << lines[0];
    EXPECT_EQ(lines[1], "pgctl.yaml:1: timeout: 'soon' is not a number of seconds");
}

TEST_F(Check, AnAliasToNothingIsToldWithTheLikelyService) {
    file("pgctl.yaml", "services: [wbe]\naliases:\n  front: [web, wep]\n  back: [/none/x, frond]\n");
    EXPECT_EQ(
        check(),
        (Lines{"pgctl.yaml:4: aliases.back: there is no service or alias '/none/x'",
               "pgctl.yaml:4: aliases.back: there is no service or alias 'frond'; did you mean 'front'?",
               "pgctl.yaml:3: aliases.front: there is no service or alias 'wep'; did you mean 'web'?",
               "pgctl.yaml:1: services: there is no service or alias 'wbe'; did you mean 'web'?"}));
}

TEST_F(Check, ACycleIsToldOnce) {
    file("pgctl.yaml", "aliases:\n  a: [b]\n  b: [a]\n");
    EXPECT_EQ(check(), Lines{"pgctl.yaml:2: Circular aliases! Visited twice during alias expansion: 'a'"});
}

TEST_F(Check, WithoutAPlaygroundThatIsAllItSays) {
    std::filesystem::remove_all(at("playground"));
    EXPECT_EQ(check(), Lines{"could not find any directory named 'playground'"});
}

TEST_F(Check, EveryServiceIsLookedAt) {
    file("playground/a/run", "#!/bin/sh\n", 0644);
    directory("playground/empty");
    program("playground/-x/run");
    program("playground/web/run", "#!/none\n");
    file("playground/web/timeout-stop", "never\n");
    file("playground/web/stop-msg", "#!/bin/sh\n", 0644);
    file("playground/web/start-msg", "#!/bin/sh\n", 0644);
    file("playground/pre-start", "#!/bin/sh\n", 0644);
    program("playground/post-stop", "#!/bin/sh\r\n");
    EXPECT_EQ(
        check(),
        (Lines{"playground/-x: not a service name: it starts with a dash, like an option",
               "playground/a/run: is not executable; run: chmod +x playground/a/run",
               "playground/empty: has no run; a service needs a program of that name",
               "playground/web/run:1: its interpreter /none does not exist",
               "playground/web/timeout-stop:1: 'never' is not a number of seconds",
               "playground/web/start-msg: is not executable; run: chmod +x playground/web/start-msg",
               "playground/web/stop-msg: is not executable; run: chmod +x playground/web/stop-msg",
               "playground/pre-start: is not executable; run: chmod +x playground/pre-start",
               "playground/post-stop:1: has CRLF line ends; run: sed -i 's/\\r$//' playground/post-stop"}));
}

TEST_F(Check, AFinishIsNotRun) {
    program("playground/web/finish");
    EXPECT_EQ(check(),
              Lines{"playground/web/finish: is not run by pgctl; let run do it, in a trap, or stop-msg"});
}

TEST_F(Check, AnAliasMayNameAPathInThePlayground) {
    program("playground/group/run");
    program("playground/group/db/run");
    file("pgctl.yaml", "aliases:\n  good: [group/db, ./web, web/]\n  bad: [group/none, ../web]\n");
    EXPECT_EQ(check(), (Lines{"pgctl.yaml:3: aliases.bad: there is no service or alias 'group/none'",
                              "pgctl.yaml:3: aliases.bad: there is no service or alias '../web'"}));
}

TEST_F(Check, AServiceMayBeCalledLikeAHook) {
    program("playground/pre-start/run");
    EXPECT_EQ(check(), Lines{});
}

TEST_F(Check, AKeyThatIsGivenTwiceIsToldWithBothLines) {
    file("pgctl.yaml", "timeout: 1\naliases:\n  w: [web]\n  v: [web]\n  w: web\ntimeout: 2\n");
    file("given.json", "{\n\"poll\": 1,\n\"x\": [{\"y\": 1,\n\"y\": 2}],\n\"poll\": 2}");
    const Lines lines = config::check(surroundings, {{"config", "given.json"}});
    EXPECT_EQ(
        lines,
        (Lines{
            "pgctl.yaml:5: aliases.w: is given on line 3 already, and only this one counts; remove one of "
            "them",
            "pgctl.yaml:6: timeout: is given on line 1 already, and only this one counts; remove one of them",
            "given.json:4: x.y: is given on line 3 already, and only this one counts; remove one of them",
            "given.json:5: poll: is given on line 2 already, and only this one counts; remove one of them",
            "given.json:3: unknown key 'x'"}));
}

TEST_F(Check, AKeyThatStandsForAnEntryOfAMergedMappingIsNotGivenTwice) {
    file("pgctl.yaml", "aliases:\n  <<: {w: [nowhere]}\n  w: [web]\n");
    EXPECT_EQ(check(), Lines{});
}

TEST_F(Check, AValueThatAHigherSourceHidesIsReadToo) {
    file(root + "/home/.pgctl.yaml", "verbose: false\ntimeout: soon\nservices: 5\naliases: {default: {}}\n");
    file("pgctl.yaml", "timeout: -1\n");
    file("given.yaml", "timeout: 3\nservices: [web]\naliases: {default: [web]}\n");
    environment("PGCTL_TIMEOUT=");
    const std::string home = root + "/home/.pgctl.yaml";
    EXPECT_EQ(config::check(surroundings, {{"config", "given.yaml"}}),
              (Lines{home + ":3: services: should be a name or a list of names, not 5",
                     home + ":4: aliases.default: should be a name or a list of names, not {}",
                     home + ":2: timeout: 'soon' is not a number of seconds",
                     "pgctl.yaml:1: timeout: -1 is not a number of seconds",
                     "environment variable PGCTL_TIMEOUT: timeout: '' is not a number of seconds"}));
}

TEST_F(Check, AValueThatCountsIsToldOnce) {
    file("pgctl.yaml", "timeout: soon\npghome: ''\n");
    EXPECT_EQ(check(), (Lines{"pgctl.yaml:2: pghome: is empty",
                              "pgctl.yaml:1: timeout: 'soon' is not a number of seconds"}));
}
