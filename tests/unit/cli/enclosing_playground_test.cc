#include "cli/enclosing_playground.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using namespace std::string_literals;

// A /proc of processes that are each the child of the one before.
class EnclosingPlayground : public testing::Test {
  protected:
    EnclosingPlayground() {
        std::string pattern = (std::filesystem::temp_directory_path() / "pgctl-proc-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
    }
    ~EnclosingPlayground() override { std::filesystem::remove_all(root_); }

    void process(pid_t pid, const std::string& command_line, const std::string& environment = "",
                 uid_t user = ::geteuid()) {
        const std::string directory = root_ + "/" + std::to_string(pid);
        std::filesystem::create_directory(directory);
        std::ofstream(directory + "/stat")
            << pid << " (x) S " << pid - 1 << " 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n";
        std::ofstream(directory + "/cmdline") << command_line << '\0';
        std::ofstream(directory + "/environ") << environment << '\0';
        std::ofstream(directory + "/status")
            << "Name:\tx\nUid:\t" << user << '\t' << user << '\t' << user << '\t' << user << '\n';
    }
    [[nodiscard]] std::string found(pid_t pid) const {
        const auto directory = cli::enclosing_playground(os::Proc(root_), pid);
        return directory ? directory->root() : "none";
    }

  private:
    std::string root_;
};

}  // namespace

TEST_F(EnclosingPlayground, IsThatOfTheNearestKeeperOfAPlayground) {
    process(2, "pgctl\0keeper\0/outer"s, "PATH=/bin\0PGCTL_RUNTIME=/r/outer/.pgctl"s);
    process(3, "pgctl\0keeper\0/inner"s, "PGCTL_RUNTIME=/r/inner/.pgctl"s);
    process(4, "pgctl keeper /inner/web");
    process(5, "/bin/sh\0./run"s);
    process(6, "pgctl\0start"s);
    EXPECT_EQ(found(6), "/r/inner/.pgctl");
    EXPECT_EQ(found(3), "/r/outer/.pgctl");
    EXPECT_EQ(found(2), "none");
}

TEST_F(EnclosingPlayground, IsNoneWhereNobodyOfOursIsAbove) {
    process(2, "bash");
    process(3, "vim\0keeper\0/notes"s, "PGCTL_RUNTIME=/r/notes/.pgctl");
    process(4, "pgctl\0start"s);
    EXPECT_EQ(found(4), "none");
}

TEST_F(EnclosingPlayground, IsNotAnotherUsers) {
    process(2, "pgctl\0keeper\0/outer"s, "PGCTL_RUNTIME=/r/outer/.pgctl", ::geteuid() + 1);
    process(3, "pgctl\0start"s);
    EXPECT_EQ(found(3), "none");
}
