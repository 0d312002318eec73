#include "config/load.h"

#include "fixture.h"

using nlohmann::json;

namespace {

class Load : public ConfigTest {
  protected:
    config::Settings load(const json& command_line = json::object()) {
        const auto settings = config::load(surroundings, command_line);
        EXPECT_TRUE(settings) << (settings ? "" : settings.error().front());
        return settings.value_or(config::Settings{});
    }
    Lines complaints(const json& command_line = json::object()) {
        const auto settings = config::load(surroundings, command_line);
        EXPECT_FALSE(settings);
        return settings ? Lines{} : settings.error();
    }
    Lines complaints_about(const std::string& yaml) {
        file("pgctl.yaml", yaml);
        return complaints();
    }
};

}  // namespace

TEST_F(Load, WithoutAnyConfigurationTheDefaultsHold) {
    const config::Settings settings = load({{"command", "start"}});
    EXPECT_EQ(settings.command, "start");
    EXPECT_EQ(settings.pgdir, "playground");
    EXPECT_EQ(settings.pghome, root + "/home/.run/pgctl");
    EXPECT_EQ(settings.services, Lines{"default"});
    EXPECT_EQ(settings.aliases, (std::map<std::string, Lines>{{"default", {"(all services)"}}}));
    EXPECT_EQ(settings.timeout, 2.0);
    EXPECT_EQ(settings.poll, 0.01);
    EXPECT_EQ(settings.settle, 0.1);
    EXPECT_FALSE(settings.json || settings.no_force || settings.verbose || settings.force_enable_log_viewer);
    EXPECT_TRUE(settings.embedded_log_viewer && settings.environment_process_tracing);
}

TEST_F(Load, AFilesValuesCountWhereTheCommandLineIsSilent) {
    file("pgctl.yaml",
         "json: true\nverbose: yes\nno_force: 1\ntimeout: 5\nembedded_log_viewer: no\n"
         "force_enable_log_viewer: '1'\nenvironment_process_tracing: 0\nsettle: 0\n");
    const config::Settings settings = load({{"verbose", false}});
    EXPECT_TRUE(settings.json && settings.no_force && settings.force_enable_log_viewer);
    EXPECT_FALSE(settings.verbose || settings.embedded_log_viewer || settings.environment_process_tracing);
    EXPECT_EQ(settings.timeout, 5.0);
    EXPECT_EQ(settings.settle, 0.0);
}

TEST_F(Load, TheEnvironmentHasWordsForEverything) {
    environment("PGCTL_TIMEOUT= 1.5 ");
    environment("PGCTL_SERVICES_LIST=a b");
    environment("PGCTL_VERBOSE=3");
    environment("PGCTL_JSON=On");
    environment("PGCTL_EMBEDDED_LOG_VIEWER=no");
    environment("PGCTL_PGDIR=services");
    const config::Settings settings = load();
    EXPECT_EQ(settings.timeout, 1.5);
    EXPECT_EQ(settings.services, (Lines{"a", "b"}));
    EXPECT_TRUE(settings.verbose && settings.json);
    EXPECT_FALSE(settings.embedded_log_viewer);
    EXPECT_EQ(settings.pgdir, "services");
}

TEST_F(Load, WithinAServiceOurOwnVariablesChangeNothing) {
    for (const char* entry : {"PGCTL_SERVICE=/p/a", "PGCTL_SCRATCH=/s", "PGCTL_SERVICE_PROCESS=true",
                              "PGCTL_DEBUG=true", "PGCTL_SERVICE_LOCK=3"}) {
        environment(entry);
    }
    EXPECT_EQ(load().services, Lines{"default"});
}

TEST_F(Load, OneNameIsAListOfOne) {
    file("pgctl.yaml", "services: web\naliases: {web: nginx, none: []}\n");
    EXPECT_EQ(load().services, Lines{"web"});
    EXPECT_EQ(load().aliases, (std::map<std::string, Lines>{
                                  {"default", {"(all services)"}}, {"none", {}}, {"web", {"nginx"}}}));
}

TEST_F(Load, AKeyWithoutAValueIsRefused) {
    file("pgctl.yaml", "services:\naliases:\ntimeout:\npgdir:\npghome:\n");
    EXPECT_EQ(complaints(),
              (Lines{"pgctl.yaml:4: pgdir: should be text, not null",
                     "pgctl.yaml:5: pghome: should be text, not null",
                     "pgctl.yaml:1: services: should be a name or a list of names, not null",
                     "pgctl.yaml:2: aliases: should be a mapping of names to lists of names, not null",
                     "pgctl.yaml:3: timeout: null is not a number of seconds"}));
}

TEST_F(Load, ASwitchWithoutAValueIsOff) {
    file("pgctl.yaml", "verbose:\nembedded_log_viewer: null\n");
    EXPECT_FALSE(load().verbose);
    EXPECT_FALSE(load().embedded_log_viewer);
}

TEST_F(Load, TheHomeOfStateBecomesAbsolute) {
    EXPECT_EQ(load({{"pghome", "run/../state/"}}).pghome, at("state"));
    EXPECT_EQ(load({{"pghome", "~/x"}}).pghome, root + "/home/x");
    EXPECT_EQ(load({{"pghome", "/srv//x"}}).pghome, "/srv/x");
    environment("XDG_RUNTIME_DIR=/run/user/7");
    EXPECT_EQ(load().pghome, "/run/user/7/pgctl");
}

TEST_F(Load, AnUnknownHomeIsToldOnlyWhereItMatters) {
    surroundings.environment = {"PREFIX=" + root};
    surroundings.passwd_file = at("none");
    EXPECT_EQ(complaints(), Lines{"default: pghome: the home directory in '~/.run/pgctl' is not known"});
    EXPECT_EQ(load({{"pghome", "/x"}}).pghome, "/x");
}

TEST_F(Load, WhatIsNoNumberOfSecondsIsRefused) {
    for (const char* value : {"soon", "-1", ".nan", ".inf", "''", "'-1'", "'nan'", "[1]", "true", "{a: 1}"}) {
        const Lines found = complaints_about(std::string("x: 1\ntimeout: ") + value + "\n");
        ASSERT_EQ(found.size(), 1U) << value;
        EXPECT_TRUE(found[0].starts_with("pgctl.yaml:2: timeout: ")) << found[0];
        EXPECT_TRUE(found[0].ends_with(" is not a number of seconds")) << found[0];
    }
    EXPECT_EQ(complaints_about("poll: soon\n"),
              Lines{"pgctl.yaml:1: poll: 'soon' is not a number of seconds"});
}

TEST_F(Load, ForEverIsCut) {
    EXPECT_EQ(load({{"timeout", 1e300}}).timeout, 1e9);
}

TEST_F(Load, AllComplaintsComeAtOnceAndNameTheirPlace) {
    file("pgctl.yaml",
         "aliases:\n  web: [nginx, 8080]\n  db: {x: 1}\n  n: [[a]]\n  m:\nverbose: perhaps\npgdir: ''\n");
    file("more.json", "{\n\"services\": 5,\n\"json\": []}");
    environment("PGCTL_TIMEOUT=soon");
    EXPECT_EQ(complaints({{"config", "more.json"}, {"settle", -1}}),
              (Lines{"pgctl.yaml:7: pgdir: is empty",
                     "more.json:2: services: should be a name or a list of names, not 5",
                     "pgctl.yaml:3: aliases.db: should be a name or a list of names, not {\"x\":1}",
                     "pgctl.yaml:5: aliases.m: should be a name or a list of names, not null",
                     "pgctl.yaml:4: aliases.n: [\"a\"] is not a name",
                     "pgctl.yaml:2: aliases.web: 8080 is not a name; write it in quotes",
                     "environment variable PGCTL_TIMEOUT: timeout: 'soon' is not a number of seconds",
                     "command line: settle: -1 is not a number of seconds",
                     "more.json:3: json: [] is neither true nor false",
                     "pgctl.yaml:6: verbose: 'perhaps' is neither true nor false"}));
}

TEST_F(Load, AValueOfTheWrongShapeIsRefused) {
    EXPECT_EQ(complaints_about("aliases: [a]\n"),
              Lines{"pgctl.yaml:1: aliases: should be a mapping of names to lists of names, not [\"a\"]"});
    EXPECT_EQ(complaints_about("pgdir: 5\n"), Lines{"pgctl.yaml:1: pgdir: should be text, not 5"});
    EXPECT_EQ(complaints_about("pghome: \"a\\0b\"\n"), Lines{"pgctl.yaml:1: pghome: has a NUL byte"});
    EXPECT_EQ(complaints_about("aliases: '" + std::string(100, 'x') + "'\n"),
              Lines{"pgctl.yaml:1: aliases: should be a mapping of names to lists of names, not '" +
                    std::string(59, 'x') + "…"});
}

TEST_F(Load, AFileThatCantBeReadIsAComplaintAmongTheOthers) {
    file("pgctl.yaml", "a: [\n");
    environment("PGCTL_POLL=x");
    EXPECT_EQ(complaints().size(), 2U);
    EXPECT_FALSE(config::configuration_text(surroundings, json::object()));
}

TEST_F(Load, TheConfigurationIsPrintedMergedAndSorted) {
    file("pgctl.yaml", "timeout: 30\naliases: {web: [a, b]}\nunknown: \xc3\xa9\npoll: soon\n");
    EXPECT_EQ(config::configuration_text(surroundings, {{"command", "config"}}), R"json({
    "aliases": {
        "default": [
            "(all services)"
        ],
        "web": [
            "a",
            "b"
        ]
    },
    "command": "config",
    "config": null,
    "embedded_log_viewer": true,
    "environment_process_tracing": true,
    "json": false,
    "no_force": false,
    "pgdir": "playground",
    "pghome": "~/.run/pgctl",
    "poll": "soon",
    "services": [
        "default"
    ],
    "settle": "0.1",
    "telemetry": false,
    "telemetry_clog_config_path": null,
    "timeout": 30,
    "unknown": "\u00e9",
    "verbose": false
})json");
}
