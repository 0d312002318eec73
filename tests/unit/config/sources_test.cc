#include "config/sources.h"

#include "config/merged.h"
#include "fixture.h"

using nlohmann::json;

namespace {

class Sources : public ConfigTest {
  protected:
    config::Sources read(const json& command_line = json::object()) {
        return config::read_sources(surroundings, command_line);
    }
    json merged(const json& command_line = json::object()) {
        return config::Merged(read(command_line).sources).values();
    }
    std::string who_wins() { return merged().value("who", "nobody"); }
};

}  // namespace

TEST_F(Sources, EachIsStrongerThanTheOneBefore) {
    surroundings.working_directory = at("inner");
    EXPECT_EQ(who_wins(), "nobody");
    file(root + "/etc/pgctl.yaml", "who: etc");
    EXPECT_EQ(who_wins(), "etc");
    file(root + "/home/.pgctl.json", "{\"who\": \"home\"}");
    EXPECT_EQ(who_wins(), "home");
    file(root + "/pgctl.ini", "[pgctl]\nwho = root");
    EXPECT_EQ(who_wins(), "root");
    file("pgctl.conf", "[pgctl]\nwho = work");
    EXPECT_EQ(who_wins(), "work");
    file("inner/pgctl.yml", "who: inner");
    EXPECT_EQ(who_wins(), "inner");
    environment("PGCTL_WHO=environment");
    EXPECT_EQ(who_wins(), "environment");
    file("mine.yaml", "who: given");
    EXPECT_EQ(merged({{"config", "../mine.yaml"}})["who"], "given");
    EXPECT_EQ(merged({{"config", at("mine.yaml")}, {"who", "line"}})["who"], "line");
}

TEST_F(Sources, TheGlobalFilesCanBeSkipped) {
    file(root + "/etc/pgctl.yaml", "who: etc");
    file(root + "/home/.pgctl.yaml", "who: home");
    environment("PGCTL_NO_GLOBAL_CONFIG=false");
    EXPECT_EQ(who_wins(), "home");
    environment("PGCTL_NO_GLOBAL_CONFIG=true");
    EXPECT_EQ(who_wins(), "nobody");
}

TEST_F(Sources, VariablesAreKeysInLowerCase) {
    environment("PGCTL_TIMEOUT=3");
    environment("PGCTL_NAMES_LIST= a  b ");
    environment("PGCTL_=x");
    environment("PGCTLX=x");
    environment("PGCTL_NOVALUE");
    const json values = merged();
    EXPECT_EQ(values["timeout"], "3");
    EXPECT_EQ(values["names"], (json{"a", "b"}));
    EXPECT_FALSE(values.contains(""));
    EXPECT_FALSE(values.contains("novalue"));
}

TEST_F(Sources, CommandAndConfigAreTheCommandLinesAlone) {
    file("pgctl.yaml", "command: stop\nconfig: x.yaml\n");
    environment("PGCTL_CONFIG=y.yaml");
    EXPECT_EQ(merged()["command"], nullptr);
    EXPECT_EQ(merged()["config"], nullptr);
    EXPECT_EQ(merged({{"command", "start"}})["command"], "start");
    EXPECT_TRUE(read().complaints.empty());
}

TEST_F(Sources, TheDefaultHomeOfStateFollowsTheRuntimeDirectory) {
    EXPECT_EQ(merged()["pghome"], "~/.run/pgctl");
    environment("XDG_RUNTIME_DIR=");
    EXPECT_EQ(merged()["pghome"], "~/.run/pgctl");
    environment("XDG_RUNTIME_DIR=/run/user/7");
    EXPECT_EQ(merged()["pghome"], "/run/user/7/pgctl");
}

TEST_F(Sources, TwoFilesAtOneLevelAreNamed) {
    file("pgctl.yaml", "who: a");
    file("pgctl.json", "{}");
    file(root + "/home/.pgctl.ini", "[pgctl]\n");
    file(root + "/home/.pgctl.conf", "[pgctl]\n");
    const std::string home = root + "/home/.pgctl.";
    EXPECT_EQ(read().complaints,
              (Lines{"multiple configurations found, keep one of: " + home + "conf, " + home + "ini",
                     "multiple configurations found, keep one of: pgctl.json, pgctl.yaml"}));
}

TEST_F(Sources, EveryFileThatCantBeReadIsToldAndTheOthersCount) {
    file(root + "/etc/pgctl.yaml", "- 1");
    file("pgctl.yaml", "who: work");
    const auto found = read({{"config", "none.yaml"}});
    EXPECT_EQ(found.complaints,
              (Lines{root + "/etc/pgctl.yaml: should hold settings as 'key: value', but holds a list",
                     "none.yaml: No such file or directory"}));
    EXPECT_EQ(config::Merged(found.sources).values()["who"], "work");
}

TEST_F(Sources, AnUnknownHomeIsNoSource) {
    surroundings.environment = {"PREFIX=" + root};
    surroundings.passwd_file = at("none");
    EXPECT_TRUE(read().complaints.empty());
}
