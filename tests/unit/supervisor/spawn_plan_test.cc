#include "supervisor/spawn_plan.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <limits>

#include "supervisor/spawn_failure.h"

using namespace supervisor;
using protocol::SpawnStage;
using Words = std::vector<std::string>;

namespace {

const SpawnPlace kPlace = {
    .service = "/p/web", .scratch = "/r/web", .output = "/r/o", .notification = "/r/n"};
const Words kOurs = {"PGCTL_SERVICE=/p/web", "PGCTL_SCRATCH=/r/web", "PGCTL_SERVICE_PROCESS=true"};

Words environment_from(const Words& callers) {
    return service_environment(kPlace, {.environment = callers});
}

Words with_ours(Words first) {
    first.insert(first.end(), kOurs.begin(), kOurs.end());
    return first;
}

}  // namespace

TEST(AServicesEnvironment, IsTheCallersAndOurs) {
    EXPECT_EQ(environment_from({}), kOurs);
    EXPECT_EQ(environment_from({"B=2", "A=1", "EMPTY="}), with_ours({"B=2", "A=1", "EMPTY="}));
}

TEST(AServicesEnvironment, HasNothingOfAServiceThatCalledUs) {
    EXPECT_EQ(environment_from({"PGCTL_SERVICE=/p/other", "PGCTL_SCRATCH=x", "PGCTL_SERVICE_PROCESS=true",
                                "PGCTL_DEBUG=true", "A=1"}),
              with_ours({"A=1"}));
}

TEST(AServicesEnvironment, KeepsWhatOnlyLooksLikeOurs) {
    EXPECT_EQ(
        environment_from({"PGCTL_SERVICES=x", "PGCTL_DEBUGGER=x", "MY_PGCTL_DEBUG=x", "PGCTL_TIMEOUT=3"}),
        with_ours({"PGCTL_SERVICES=x", "PGCTL_DEBUGGER=x", "MY_PGCTL_DEBUG=x", "PGCTL_TIMEOUT=3"}));
}

TEST(AServicesEnvironment, HoldsTheBytesThatTheCallerHad) {
    EXPECT_EQ(environment_from({"A=\xC3\xBF"}), with_ours({"A=\xFF"}));
}

TEST(AServicesEnvironment, DropsWhatIsNoText) {
    EXPECT_EQ(environment_from({"A=\xE2\x82\xAC", "B=\x80", std::string("C=\0D=1", 7), "E=1"}),
              with_ours({"E=1"}));
}

TEST(ASpawnPlan, ExecutesRunInTheServicesDirectory) {
    const auto plan = plan_spawn(kPlace, {.environment = {"A=1"}, .umask = 027}, {});
    EXPECT_EQ(plan.directory, "/p/web");
    EXPECT_EQ(plan.arguments, Words{"./run"});
    EXPECT_EQ(plan.environment, with_ours({"A=1"}));
    EXPECT_EQ(plan.output, "/r/o");
    EXPECT_EQ(plan.umask, 027u);
}

TEST(ASpawnPlan, HasANotificationWhereTheServiceNamesItsNumber) {
    EXPECT_EQ(plan_spawn(kPlace, {}, {}).notification, "");
    EXPECT_EQ(plan_spawn(kPlace, {}, {}).notification_fd, -1);
    SpawnPlace place = kPlace;
    place.notification_fd = 5;
    EXPECT_EQ(plan_spawn(place, {}, {}).notification, "/r/n");
    EXPECT_EQ(plan_spawn(place, {}, {}).notification_fd, 5);
}

TEST(ASpawnPlan, TakesOnlyPermissionsForAUmask) {
    EXPECT_EQ(plan_spawn(kPlace, {.umask = 0xFFFFFFFF}, {}).umask, 0777u);
}

TEST(ASpawnPlan, SetsTheNicenessWhereItIsAnotherThanOurs) {
    EXPECT_FALSE(plan_spawn(kPlace, {.niceness = 5}, {.niceness = 5}).set_niceness);
    const auto plan = plan_spawn(kPlace, {.niceness = 5}, {.niceness = 0});
    EXPECT_TRUE(plan.set_niceness);
    EXPECT_EQ(plan.niceness, 5);
}

TEST(ASpawnPlan, SetsTheLimitsThatAreOthersThanOurs) {
    const protocol::Limit same = {.resource = RLIMIT_CORE, .soft = 0, .hard = -1},
                          softer = {.resource = RLIMIT_NOFILE, .soft = 100, .hard = 1000},
                          harder = {.resource = RLIMIT_STACK, .soft = 8, .hard = 8};
    const Inherited ours = {.limits = {same,
                                       {.resource = RLIMIT_NOFILE, .soft = 200, .hard = 1000},
                                       {.resource = RLIMIT_STACK, .soft = 8, .hard = 9}}};
    const auto plan = plan_spawn(kPlace, {.limits = {same, softer, harder}}, ours);
    ASSERT_EQ(plan.limits.size(), 2u);
    EXPECT_EQ(plan.limits[0].resource, RLIMIT_NOFILE);
    EXPECT_EQ(plan.limits[0].soft, 100);
    EXPECT_EQ(plan.limits[1].resource, RLIMIT_STACK);
}

TEST(ASpawnPlan, SetsNoLimitThatDoesNotExist) {
    const auto plan = plan_spawn(kPlace,
                                 {.limits = {{.resource = -1},
                                             {.resource = RLIM_NLIMITS},
                                             {.resource = std::numeric_limits<int>::max()},
                                             {.resource = RLIM_NLIMITS - 1, .soft = 1, .hard = 1}}},
                                 {});
    ASSERT_EQ(plan.limits.size(), 1u);
    EXPECT_EQ(plan.limits[0].resource, RLIM_NLIMITS - 1);
}

TEST(WhatIsInherited, IsWhatThisProcessHas) {
    const Inherited ours = inherited();
    EXPECT_EQ(ours.niceness, ::getpriority(PRIO_PROCESS, 0));
    EXPECT_EQ(ours.limits.size(), static_cast<size_t>(RLIM_NLIMITS));
}

// --- why it failed ---

TEST(AnInterpreter, IsTheFirstWordBehindTheMark) {
    EXPECT_EQ(interpreter_of("#!/bin/sh\nexit\n"), "/bin/sh");
    EXPECT_EQ(interpreter_of("#! /usr/bin/env  python3 -u\n"), "/usr/bin/env");
    EXPECT_EQ(interpreter_of("#!/bin/sh"), "/bin/sh");
}

TEST(AnInterpreter, ShowsTheCarriageReturnThatIsPartOfIt) {
    EXPECT_EQ(interpreter_of("#!/bin/sh\r\n"), "/bin/sh\\r");
    EXPECT_EQ(interpreter_of("#!/usr/bin/env sh\r\n"), "/usr/bin/env") << "there it is part of the argument";
}

TEST(AnInterpreter, IsNoneWhereThereIsNoMark) {
    for (const char* script : {"", "#", "#!", "#!\n/bin/sh", "#!  \n", "exec x\n", " #!/bin/sh\n",
                               "\x7F"
                               "ELF"}) {
        EXPECT_EQ(interpreter_of(script), "") << script;
    }
}

TEST(ASpawnFailure, NamesItsStageAndItsCause) {
    const std::vector<std::pair<SpawnStage, std::string>> stages = {
        {SpawnStage::none, "spawn"},
        {SpawnStage::fork, "fork"},
        {SpawnStage::session, "setsid"},
        {SpawnStage::spawn_file, "spawn file"},
        {SpawnStage::working_directory, "chdir"},
        {SpawnStage::output, "output"},
        {SpawnStage::notification, "notification-fd"},
        {SpawnStage::limits, "setrlimit"},
        {SpawnStage::exec, "exec"}};
    for (const auto& [stage, name] : stages) {
        EXPECT_EQ(describe_spawn_failure(stage, EACCES, "#!/bin/sh\n"), name + ": Permission denied");
    }
    EXPECT_EQ(describe_spawn_failure(static_cast<SpawnStage>(99), EACCES, ""), "spawn: Permission denied");
}

TEST(ASpawnFailure, NamesTheInterpreterThatIsMissing) {
    EXPECT_EQ(describe_spawn_failure(SpawnStage::exec, ENOENT, "#!/bin/bsh\n"),
              "exec: No such file or directory (interpreter /bin/bsh)");
    EXPECT_EQ(describe_spawn_failure(SpawnStage::exec, ENOENT, ""), "exec: No such file or directory");
    EXPECT_EQ(describe_spawn_failure(SpawnStage::working_directory, ENOENT, "#!/bin/sh\n"),
              "chdir: No such file or directory");
}

TEST(ASpawnFailure, IsOnePrintableLine) {
    EXPECT_EQ(describe_spawn_failure(SpawnStage::exec, ENOENT, "#!/bin/\x1B[31m\n"),
              "exec: No such file or directory (interpreter /bin/\\x1b[31m)");
}

TEST(CallerOf, ASpawnFileTellsForWhomItWasWritten) {
    const protocol::Caller caller{.environment = {"PATH=/bin", "NAME=\u00e9"},
                                  .umask = 027,
                                  .niceness = 5,
                                  .limits = {{.resource = 7, .soft = 64, .hard = -1}}};
    const auto plan =
        supervisor::plan_spawn({.service = "/p/web", .scratch = "/s", .output = "/o"}, caller, {});
    const auto found = supervisor::caller_of(protocol::layout(plan));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->environment, caller.environment);
    EXPECT_EQ(found->umask, caller.umask);
    EXPECT_EQ(found->niceness, caller.niceness);
    ASSERT_EQ(found->limits.size(), 1U);
    EXPECT_EQ(found->limits[0].soft, 64);
    EXPECT_EQ(found->limits[0].hard, -1);
}

TEST(CallerOf, AFileThatWasEmptiedTellsNothing) {
    EXPECT_FALSE(supervisor::caller_of(""));
    EXPECT_FALSE(supervisor::caller_of("x"));
}

TEST(ACheck, RunsAsItsServiceDoesWithoutItsNotification) {
    SpawnPlace place = kPlace;
    place.notification_fd = 5;
    const protocol::Caller caller{.environment = {"A=1"}, .umask = 027, .niceness = 7};
    const protocol::SpawnPlan plan = plan_check(place, caller, {});
    EXPECT_EQ(plan.arguments, Words{"./ready"});
    EXPECT_EQ(plan.directory, "/p/web");
    EXPECT_EQ(plan.environment, with_ours({"A=1"}));
    EXPECT_EQ(plan.output, "/r/o");
    EXPECT_EQ(plan.umask, 027U);
    EXPECT_EQ(plan.niceness, 7);
    EXPECT_TRUE(plan.notification.empty());
}
