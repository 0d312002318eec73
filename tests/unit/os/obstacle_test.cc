#include "os/obstacle.h"

#include <sys/syscall.h>

#include "fixture.h"

class AnObstacle : public InAProc {
  protected:
    void process_in(char state, pid_t pid = 12, const std::string& name = "cat") const {
        process(pid, {.parent = 5, .command = name, .state = state});
    }
    [[nodiscard]] std::string found() const { return os::obstacle_of(12, root); }
};

TEST_F(AnObstacle, IsNoneWhereAProcessRunsOrIsGone) {
    EXPECT_EQ(found(), "");
    process_in('R');
    EXPECT_EQ(found(), "");
}

TEST_F(AnObstacle, IsTheTracer) {
    process_in('Z');
    process_in('S', 34, "strace");
    file("12/status", "Name:\tcat\nTracerPid:\t34\nUid:\t0\n");
    EXPECT_EQ(found(), "traced by 34 (strace)");
    process_in('T', 34, "strace");
    EXPECT_EQ(found(), "traced by 34 (strace), which is stopped");
}

TEST_F(AnObstacle, IsTheParentThatDoesNotReap) {
    process_in('Z');
    process_in('T', 5, "sh");
    file("12/status", "Name:\tcat\nTracerPid:\t0\n");
    EXPECT_EQ(found(), "ended, and not reaped by its parent 5 (sh), which is stopped");
}

TEST_F(AnObstacle, IsTheCallThatWaitsInTheKernel) {
    process_in('D');
    EXPECT_EQ(found(), "in the kernel");
    file("12/wchan", "request_wait_answer");
    file("12/syscall", std::to_string(SYS_newfstatat) + " 0x3 0x7fff 0x0\n");
    EXPECT_EQ(found(), "in the kernel, in stat (request_wait_answer)");
    file("12/syscall", "running\n");
    EXPECT_EQ(found(), "in the kernel (request_wait_answer)");
    file("12/syscall", "9999 0x0 0x0\n");
    EXPECT_EQ(found(), "in the kernel, in system call 9999 (request_wait_answer)");
}

TEST_F(AnObstacle, IsTheFileThatACallIsStuckWith) {
    process_in('D');
    file("12/syscall", std::to_string(SYS_read) + " 0x1f 0x7fff 0x10\n");
    EXPECT_EQ(found(), "in the kernel, in read");
    link("12/fd/31", "/mnt/file");
    EXPECT_EQ(found(), "in the kernel, in read of /mnt/file");
}

TEST_F(AnObstacle, IsTheCgroupThatIsFrozen) {
    process_in('D');
    file("12/wchan", "__refrigerator");
    EXPECT_EQ(found(), "frozen");
    file("12/cgroup", "7:cpu:/\n6:freezer:/a/b\n0::/\n");
    EXPECT_EQ(found(), "frozen in the cgroup /a/b");
}
