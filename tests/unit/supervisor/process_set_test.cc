// What belongs to a service and how it is shown, on a /proc of our own making. Nothing is signalled here: the
// numbers in it may be those of real processes.

#include "supervisor/process_set.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "proc_tree.h"

using supervisor::ProcessSet;
using Pids = std::vector<pid_t>;

namespace {

class AProcessSet : public testing::Test, protected ProcTree {
  protected:
    AProcessSet() { booted_at(1'000'000'000); }

    void process(pid_t pid, pid_t parent, const std::string& below = "", char state = 'S', int terminal = 0) {
        ProcTree::process(pid, {.parent = parent, .state = state, .terminal = terminal});
        user(pid, ::geteuid());
        command_line(pid, {"sh" + std::to_string(pid)});
        children(pid, below);
    }
    void marked(pid_t pid, const std::string& service) {
        environment(pid, {"PGCTL_SERVICE=" + service, "PGCTL_SERVICE_PROCESS=true"});
    }
    // "12 sh12" with two blanks for each step below the topmost.
    [[nodiscard]] std::string shown(const Pids& pids) const {
        std::string text;
        for (const auto& row : supervisor::rows_of(proc(), pids)) {
            text += std::string(static_cast<size_t>(row.depth) * 2, ' ') + std::to_string(row.pid) + " " +
                    row.command + "\n";
        }
        return text;
    }
};

}  // namespace

TEST_F(AProcessSet, IsAllThatLivesBelowItsKeeper) {
    process(10, 1, "11 12");
    process(11, 10, "13");
    process(12, 10);
    process(13, 11);
    process(20, 1);
    const os::Proc proc = this->proc();
    EXPECT_EQ(ProcessSet(proc, 10, "/p/web").pids(), (Pids{11, 12, 13}));
    EXPECT_EQ(ProcessSet(proc, 10, "/p/web").rows().size(), 3u);
}

TEST_F(AProcessSet, IsAllThatIsMarkedWhereItsKeeperWasKilled) {
    for (const pid_t pid : {11, 12, 13}) process(pid, 1);
    marked(11, "/p/web");
    marked(12, "/p/db");
    const os::Proc proc = this->proc();
    EXPECT_EQ(ProcessSet(proc, 0, "/p/web").pids(), Pids{11});
    EXPECT_EQ(ProcessSet(proc, 0, "/p/other").pids(), Pids{});
    file("self/stat", "");
    EXPECT_FALSE(ProcessSet(proc, 0, "/p/web").empty());
    EXPECT_TRUE(ProcessSet(proc, 0, "/p/web").empty({11})) << "it is who asks";
    EXPECT_FALSE(ProcessSet(proc, 0, "/p/web").empty({12}));
}

TEST_F(AProcessSet, IsNotKnownToBeEmptyWhileSomebodyExecutesWhoMayBelongToIt) {
    file("self/stat", "");
    process(11, 1);
    environment(11, {});
    const os::Proc proc = this->proc();
    EXPECT_TRUE(ProcessSet(proc, 0, "/p/web").empty());
    ProcTree::process(11, {.environment_begin = 0, .environment_end = 0});
    EXPECT_FALSE(ProcessSet(proc, 0, "/p/web").empty());
    EXPECT_EQ(ProcessSet(proc, 0, "/p/web").pids(), Pids{});
    EXPECT_TRUE(ProcessSet(proc, 0, "/p/web", {.tracing = false}).empty());
}

TEST_F(AProcessSet, IsBothWhereAnEarlierKeeperWasKilled) {
    process(10, 1, "11");
    process(11, 10);
    process(12, 1);
    marked(11, "/p/web");
    marked(12, "/p/web");
    const os::Proc proc = this->proc();
    EXPECT_EQ(ProcessSet(proc, 10, "/p/web").pids(), (Pids{11}));
    EXPECT_EQ(ProcessSet(proc, 10, "/p/web", {.strays = true}).pids(), (Pids{11, 12}));
}

TEST_F(AProcessSet, IsItsMainProcessWithAllBelowThatWhereItsKeeperWasKilled) {
    process(11, 1, "12");
    process(12, 11);
    const os::Proc proc = this->proc();
    const os::ProcessId main = os::identify(proc, 11).value(),
                        another = {.pid = 11, .start_time = main.start_time + 1};
    EXPECT_EQ(ProcessSet(proc, 0, "/p/web", {.main = main}).pids(), (Pids{11, 12}));
    EXPECT_EQ(ProcessSet(proc, 0, "/p/web", {.main = another}).pids(), Pids{});
    process(11, 1, "", 'Z');
    EXPECT_EQ(ProcessSet(proc, 0, "/p/web", {.main = main}).pids(), Pids{});
}

TEST_F(AProcessSet, IsWithoutWhatIsOnlyMarkedWhereMarksDoNotCount) {
    for (const pid_t pid : {11, 12, 13}) process(pid, 1);
    for (const pid_t pid : {11, 12, 13}) marked(pid, "/p/web");
    const os::Proc proc = this->proc();
    const auto fallen = [] { return supervisor::FoundPids{.pids = {13}}; };
    const os::ProcessId main = os::identify(proc, 11).value();
    EXPECT_EQ(ProcessSet(proc, 0, "/p/web", {.tracing = false}).pids(), Pids{});
    EXPECT_EQ(
        ProcessSet(proc, 0, "/p/web", {.strays = true, .tracing = false, .main = main, .fallen = fallen})
            .pids(),
        (Pids{11, 13}));
}

TEST_F(AProcessSet, IsShownAsAForest) {
    process(11, 10);
    process(12, 11);
    process(13, 12);
    process(14, 11);
    process(15, 10);
    EXPECT_EQ(shown({11, 12, 13, 14, 15}), "11 sh11\n  12 sh12\n    13 sh13\n  14 sh14\n15 sh15\n");
    EXPECT_EQ(shown({13, 15, 14, 12, 11}), "15 sh15\n11 sh11\n  14 sh14\n  12 sh12\n    13 sh13\n")
        << "in whatever order they were found";
}

TEST_F(AProcessSet, ShowsAChildWithoutItsParentAtTheTop) {
    process(12, 11);
    process(13, 12);
    EXPECT_EQ(shown({13}), "13 sh13\n");
}

TEST_F(AProcessSet, ShowsNothingOfWhatHasEndedMeanwhile) {
    process(12, 10);
    EXPECT_EQ(shown({11, 12}), "12 sh12\n");
    EXPECT_EQ(shown({}), "");
}

TEST_F(AProcessSet, ShowsZombiesAndTerminals) {
    process(11, 10, "", 'Z', (136 << 8) | 3);
    process(12, 10, "", 'S', (4 << 8) | 2);
    ProcTree::process(13, {.parent = 10, .command = "a b"});
    EXPECT_EQ(shown({11, 12, 13}), "11 [sh] <defunct>\n12 sh12\n13 [a b]\n");
    const auto rows = supervisor::rows_of(proc(), {11, 12, 13});
    EXPECT_EQ(rows[0].terminal, "pts/3");
    EXPECT_EQ(rows[1].terminal, "tty2");
    EXPECT_EQ(rows[2].terminal, "?");
    EXPECT_EQ(rows[0].started, 1'000'000'000);
}

// --- real processes, children of this one ---

namespace {

// A keeper with one process below it; both wait until they are told.
class ARealProcessSet : public testing::Test {
  protected:
    ARealProcessSet() {
        int ends[2] = {-1, -1};
        EXPECT_EQ(::pipe(ends), 0);
        keeper_ = ::fork();
        if (keeper_ == 0) {
            main_ = ::fork();
            if (main_ == 0) {
                while (true) ::pause();
            }
            static_cast<void>(::write(ends[1], &main_, sizeof main_) == sizeof main_);
            int status = 0;
            ::waitpid(main_, &status, 0);
            ::_exit(WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        }
        EXPECT_EQ(::read(ends[0], &main_, sizeof main_), static_cast<ssize_t>(sizeof main_));
        ::close(ends[0]);
        ::close(ends[1]);
    }
    ~ARealProcessSet() override {
        if (keeper_ == 0) return;
        // Only while its parent is not reaped can the number not have passed to another.
        ::kill(main_, SIGKILL);
        ::waitpid(keeper_, nullptr, 0);
    }
    // By which signal the process below the keeper ended.
    int ended_by() {
        int status = 0;
        ::waitpid(std::exchange(keeper_, 0), &status, 0);
        return WEXITSTATUS(status);
    }

    os::Proc proc_;
    pid_t keeper_ = 0, main_ = 0;
};

}  // namespace

TEST_F(ARealProcessSet, IsAskedToEnd) {
    const ProcessSet set(proc_, keeper_, "/p/web");
    EXPECT_EQ(set.pids(), Pids{main_});
    set.terminate();
    EXPECT_EQ(ended_by(), SIGTERM);
}

TEST_F(ARealProcessSet, IsFrozenAndKilled) {
    const ProcessSet set(proc_, keeper_, "/p/web");
    set.freeze();
    set.kill();
    EXPECT_EQ(ended_by(), SIGKILL);
}

TEST_F(ARealProcessSet, IsAskedToEndEvenWhereItIsStopped) {
    const ProcessSet set(proc_, keeper_, "/p/web");
    set.freeze();
    supervisor::terminate(proc_, os::identify(proc_, main_).value());
    EXPECT_EQ(ended_by(), SIGTERM);
}

TEST_F(ARealProcessSet, IsNotTouchedThroughAnIdentityThatIsNotItsOwn) {
    os::ProcessId other = os::identify(proc_, main_).value();
    ++other.start_time;
    supervisor::terminate(proc_, other);
    ProcessSet(proc_, keeper_, "/p/web").kill();
    EXPECT_EQ(ended_by(), SIGKILL) << "it was asked to end";
}
