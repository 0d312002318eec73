#include "os/proc.h"

#include <unistd.h>

#include <algorithm>

#include "fixture.h"

using namespace std::chrono_literals;
using Pids = std::vector<pid_t>;
using Words = std::vector<std::string>;

namespace {

const std::string kFields =
    "S 11 12 13 34816 -1 4194304 1 2 3 4 50 7 0 0 20 0 1 0 98765 1000 200 18446744073709551615";

}  // namespace

TEST(ALineOfProcStat, IsReadAsFarAsItIsNeeded) {
    const os::ProcessStat stat = os::parse_process_stat("10 (sleep) " + kFields + "\n").value();
    EXPECT_EQ(stat.pid, 10);
    EXPECT_EQ(stat.command, "sleep");
    EXPECT_EQ(stat.state, 'S');
    EXPECT_EQ(stat.parent, 11);
    EXPECT_EQ(stat.group, 12);
    EXPECT_EQ(stat.session, 13);
    EXPECT_EQ(stat.terminal, 34816);
    EXPECT_EQ(stat.cpu_ticks, 57u);
    EXPECT_EQ(stat.start_time, 98765u);
}

TEST(ALineOfProcStat, MayHoldAnyCommandName) {
    for (const std::string command :
         {"", " ", ")", "(", ") R 1 2 3", "a) S 1 (b", "((((", "))))", "a\nb", "\xFF\xFE", "tmux: server"}) {
        const auto stat = os::parse_process_stat("10 (" + command + ") " + kFields);
        ASSERT_TRUE(stat) << command;
        EXPECT_EQ(stat->command, command);
        EXPECT_EQ(stat->parent, 11) << command;
        EXPECT_EQ(stat->start_time, 98765u) << command;
    }
}

TEST(ALineOfProcStat, IsNoOtherText) {
    for (const std::string& line :
         Words{"", "10", "10 (sh", "10 sh) S 1", "10 )sh( S 1", "x (sh) " + kFields, " (sh) " + kFields,
               "10 (sh)", "10 (sh) S 11 12", "99999999999 (sh) " + kFields}) {
        EXPECT_FALSE(os::parse_process_stat(line)) << line;
    }
}

TEST(ALineOfProcStat, NeedsTheFieldsUpToTheStartTimeAndNoMore) {
    const std::string needed = "10 (sh) S 11 12 13 0 -1 0 1 2 3 4 50 7 0 0 20 0 1 0";
    EXPECT_FALSE(os::parse_process_stat(needed));
    EXPECT_EQ(os::parse_process_stat(needed + " 98765").value().start_time, 98765u);
}

TEST_F(InAProc, AProcessIsReadFromItsDirectory) {
    process(10, {.start_time = 777});
    EXPECT_EQ(proc().stat(10).value().start_time, 777u);
    EXPECT_FALSE(proc().stat(11));
}

TEST_F(InAProc, TheUserIsTheEffectiveOne) {
    user(10, 1000);
    EXPECT_EQ(proc().user(10).value(), 1000u);
}

TEST_F(InAProc, AUserThatIsNotToldIsAnError) {
    EXPECT_FALSE(proc().user(10));
    file("10/status", "Name:\tsh\n");
    EXPECT_FALSE(proc().user(10));
    file("10/status", "Name:\tsh\nUid:\t1\n");
    EXPECT_FALSE(proc().user(10));
    file("10/status", "Name:\tsh\nUid:\tx\ty\n");
    EXPECT_FALSE(proc().user(10));
}

TEST_F(InAProc, TheUmaskIsOctal) {
    umask(10, "0027");
    EXPECT_EQ(proc().umask(10).value(), 027u);
    umask(10, "0029");
    EXPECT_FALSE(proc().umask(10));
    umask(10, "");
    EXPECT_FALSE(proc().umask(10));
    user(10, 1000);
    EXPECT_FALSE(proc().umask(10));
    EXPECT_FALSE(proc().umask(11));
}

TEST_F(InAProc, ANameCannotPassForAUser) {
    // A command's name stands in the first line, its line end as \n (man 5 proc).
    file("10/status", "Name:\ta\\nUid:\t0\t0\nUid:\t5\t1000\t5\t5\n");
    EXPECT_EQ(proc().user(10).value(), 1000u);
}

TEST_F(InAProc, AnEnvironmentIsAListOfVariables) {
    environment(10, {"A=1", "B=", "C=two\nlines", ""});
    EXPECT_EQ(proc().environment(10).value(), (Words{"A=1", "B=", "C=two\nlines", ""}));
    file("11/environ", "");
    EXPECT_EQ(proc().environment(11).value(), Words{});
    EXPECT_FALSE(proc().environment(12));
}

TEST_F(InAProc, AnEnvironmentMayHaveLostItsEnd) {
    file("10/environ", "A=1");
    EXPECT_EQ(proc().environment(10).value(), Words{"A=1"});
}

TEST_F(InAProc, AnEnvironmentMayBeLarge) {
    environment(10, {"A=" + std::string(3 << 20, 'x'), "B=1"});
    EXPECT_EQ(proc().environment(10).value().back(), "B=1");
}

TEST_F(InAProc, ACommandLineIsAListOfArguments) {
    file("10/cmdline", std::string("sh\0-c\0\0", 7));
    EXPECT_EQ(proc().command_line(10).value(), (Words{"sh", "-c", ""}));
    EXPECT_FALSE(proc().command_line(12));
}

TEST_F(InAProc, OnlyNumbersAreProcesses) {
    for (const char* name : {"1", "20", "300", "self", "12a", "sys"}) directory(name);
    Pids all = proc().all();
    std::ranges::sort(all);
    EXPECT_EQ(all, (Pids{1, 20, 300}));
    EXPECT_EQ(os::Proc(at("missing")).all(), Pids{});
}

TEST_F(InAProc, ChildrenAreThoseOfAllThreads) {
    children(10, 10, "11 12 ");
    children(10, 14, "13");
    children(10, 15, "");
    directory("10/task/16");
    Pids found = proc().children(10);
    std::ranges::sort(found);
    EXPECT_EQ(found, (Pids{11, 12, 13}));
    EXPECT_EQ(proc().children(99), Pids{});
}

TEST_F(InAProc, DescendantsComeAfterTheirParents) {
    //      10
    //    11  12
    //    13  14
    //        15
    children(10, 10, "11 12");
    children(11, 11, "13");
    children(12, 12, "14");
    children(14, 14, "15");
    EXPECT_EQ(proc().descendants(10), (Pids{11, 12, 13, 14, 15}));
    EXPECT_EQ(proc().descendants(15), Pids{});
}

TEST_F(InAProc, TheBootIsKnownByTimeAndId) {
    EXPECT_EQ(proc().boot_time(), 0);
    EXPECT_EQ(proc().boot_id(), "");
    file("stat", "cpu 1\nbtime 1700000000\nprocesses 5\n");
    file("sys/kernel/random/boot_id", "0f2a-11\n");
    EXPECT_EQ(proc().boot_time(), 1'700'000'000);
    EXPECT_EQ(proc().boot_id(), "0f2a-11");
    file("stat", "cpu 1\n");
    EXPECT_EQ(proc().boot_time(), 0);
}

TEST(TheRealProc, KnowsThisProcess) {
    const os::Proc proc;
    const os::ProcessStat stat = proc.stat(::getpid()).value();
    EXPECT_EQ(stat.pid, ::getpid());
    EXPECT_EQ(stat.parent, ::getppid());
    EXPECT_EQ(proc.user(::getpid()).value(), ::geteuid());
    EXPECT_EQ(std::ranges::count(proc.all(), ::getpid()), 1);
    EXPECT_FALSE(proc.command_line(::getpid()).value().empty());
    EXPECT_GT(proc.boot_time(), 0);
}

TEST_F(InAProc, WhatAProcessHadOfTheCpuIsTold) {
    file("10/schedstat", "123 4567 8\n");
    EXPECT_EQ(proc().cpu_use(10), (base::CpuUse{.ran = 123ns, .waited = 4567ns}));
    file("11/schedstat", "nothing\n");
    EXPECT_EQ(proc().cpu_use(11), base::CpuUse());
    EXPECT_EQ(proc().cpu_use(12), base::CpuUse());
}

TEST_F(InAProc, ALineageGoesUpToTheFirstProcess) {
    process(1, {.parent = 0});
    process(10, {.parent = 1});
    process(11, {.parent = 10});
    EXPECT_EQ(proc().lineage(11), (std::vector<pid_t>{11, 10, 1}));
}

TEST_F(InAProc, ALineageEndsWhereAParentIsGone) {
    process(11, {.parent = 10});
    EXPECT_EQ(proc().lineage(11), (std::vector<pid_t>{11, 10}));
    EXPECT_EQ(proc().lineage(0), std::vector<pid_t>{});
}
