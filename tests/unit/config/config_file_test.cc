#include "config/config_file.h"

#include <sys/resource.h>

#include "fixture.h"

using config::config_files_at;
using config::read_config_file;
using nlohmann::json;

namespace {

class ConfigFile : public ConfigTest {
  protected:
    std::string error_of(const std::string& path) {
        const auto document = read_config_file(at(path), path);
        EXPECT_FALSE(document);
        return document ? "" : document.error().message();
    }
};

}  // namespace

TEST_F(ConfigFile, EveryEndingHasItsFormat) {
    for (const char* name : {"a.yaml", "a.yml"}) file(name, "timeout: 3\n");
    for (const char* name : {"a.ini", "a.conf"}) file(name, "[pgctl]\ntimeout=3\n");
    file("a.json", "{\"timeout\": 3}");
    for (const char* name : {"a.yaml", "a.yml", "a.json"}) {
        EXPECT_EQ(read_config_file(at(name), name)->value, (json{{"timeout", 3}})) << name;
    }
    for (const char* name : {"a.ini", "a.conf"}) {
        EXPECT_EQ(read_config_file(at(name), name)->value, (json{{"timeout", "3"}})) << name;
    }
}

TEST_F(ConfigFile, AnythingMayStandBeforeTheEnding) {
    file("pgctl.local.yaml", "timeout: 3\n");
    file("pgctl-local.yaml", "");
    EXPECT_EQ(config_files_at(at("pgctl")).value(), Lines{at("pgctl.local.yaml")});
    file("pgctl.ini", "");
    EXPECT_EQ(config_files_at(at("pgctl")).value(), (Lines{at("pgctl.ini"), at("pgctl.local.yaml")}));
    EXPECT_EQ(config_files_at(at("missing/pgctl")).value(), Lines{});
}

TEST_F(ConfigFile, OnlyKnownEndingsAreFound) {
    file("pgctl.toml", "");
    file("pgctl.yaml~", "");
    file("mypgctl.yaml", "");
    EXPECT_EQ(config_files_at(at("pgctl")).value(), Lines{});
    file("pgctl.yml", "");
    file("pgctl.conf", "");
    EXPECT_EQ(config_files_at(at("pgctl")).value(), (Lines{at("pgctl.conf"), at("pgctl.yml")}));
}

TEST_F(ConfigFile, ALinkThatLeadsNowhereIsFoundAndRefused) {
    link("pgctl.yaml", "gone.yaml");
    EXPECT_EQ(config_files_at(at("pgctl")).value(), (Lines{at("pgctl.yaml")}));
    EXPECT_EQ(error_of("pgctl.yaml"), "pgctl.yaml: No such file or directory");
}

TEST_F(ConfigFile, IsNotTakenForMissingWhereNoDescriptorIsLeft) {
    file("pgctl.yaml", "");
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto found = config_files_at(at("pgctl"));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().number, EMFILE);
}

TEST_F(ConfigFile, AFileWithoutAnyValueIsAnEmptyMapping) {
    file("a.yaml", "");
    file("b.yaml", "---\n...\n");
    file("c.json", "null\n");
    for (const char* name : {"a.yaml", "b.yaml", "c.json"}) {
        EXPECT_EQ(read_config_file(at(name), name)->value, json::object()) << name;
    }
}

TEST_F(ConfigFile, OnlyAMappingConfigures) {
    const std::string says = ": should hold settings as 'key: value', but holds ";
    file("a.yaml", "- a\n");
    file("b.yaml", "just words\n");
    file("c.json", "5");
    file("d.json", "true");
    EXPECT_EQ(error_of("a.yaml"), "a.yaml" + says + "a list");
    EXPECT_EQ(error_of("b.yaml"), "b.yaml" + says + "a string");
    EXPECT_EQ(error_of("c.json"), "c.json" + says + "a number");
    EXPECT_EQ(error_of("d.json"), "d.json" + says + "a boolean");
}

TEST_F(ConfigFile, WhatCantBeReadIsOneLine) {
    directory("a.yaml");
    file("b.yaml", std::string((1 << 20) + 1, '#'));
    file("c.yaml", "a: [\n");
    file("d.txt", "a");
    file("e.ini", "[pgctl]\na = \xff\n");
    file("f.yaml", std::string("a: 1\nb: x\0y\n", 12));
    EXPECT_EQ(error_of("f.yaml"), "f.yaml:2: is not text");
    EXPECT_EQ(error_of("e.ini"), "e.ini:2: is not text in UTF-8");
    EXPECT_EQ(error_of("a.yaml"), "a.yaml: is not a regular file");
    EXPECT_EQ(error_of("b.yaml"), "b.yaml: File too large");
    EXPECT_EQ(error_of("c.yaml").substr(0, 9), "c.yaml:2:");
    EXPECT_EQ(error_of("d.txt"),
              "d.txt: unknown kind of configuration; use .yaml, .yml, .json, .ini or .conf");
    EXPECT_EQ(error_of("none.yaml"), "none.yaml: No such file or directory");
}
