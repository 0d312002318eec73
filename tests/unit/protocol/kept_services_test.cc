#include "protocol/kept_services.h"

#include <gtest/gtest.h>

#include "proc_tree.h"

using protocol::kept_services;

namespace {

// Processes on a /proc of our own making.
class KeptServices : public testing::Test, protected ProcTree {
  protected:
    void process(pid_t pid, const std::string& command, const std::vector<std::string>& words,
                 const std::vector<std::string>& files) {
        ProcTree::process(pid, {.command = command});
        command_line(pid, words);
        for (size_t fd = 0; fd < files.size(); ++fd) open_file(pid, static_cast<int>(fd), files[fd]);
    }
    // "web=12 db=13", with a star for each output that was deleted
    [[nodiscard]] std::string found(const std::vector<pid_t>& pids) const {
        std::string text;
        for (const auto& kept : kept_services(proc(), pids, root)) {
            text += (text.empty() ? "" : " ") + kept.name + "=" + std::to_string(kept.keeper);
            text.append(kept.deleted_outputs.size(), '*');
        }
        return text;
    }
};

}  // namespace

TEST_F(KeptServices, AreNamedByTheOutputThatTheirKeepersHold) {
    process(12, "pgctl", {"pgctl keeper /p/web"},
            {"/dev/null", "/r/.pgctl/events", "/r/.pgctl/services/web/output"});
    process(13, "pgctl", {"pgctl keeper /p/a b"}, {"/r/.pgctl/services/a b/output (deleted)"});
    EXPECT_EQ(found({12, 13, 14}), "web=12 a b=13*");
}

TEST_F(KeptServices, HoldTheOutputOfALifeThatBeganBeforeADeletionAndTheOneThatHasItsPlace) {
    process(12, "pgctl", {"pgctl keeper /p/web"},
            {"/r/.pgctl/events", "/r/.pgctl/services/web/output (deleted)", "/r/.pgctl/services/web/output"});
    EXPECT_EQ(found({12}), "web=12*");
}

TEST_F(KeptServices, AreFoundWhereTheirDirectoryWasMoved) {
    process(12, "pgctl", {"pgctl keeper /p/web"}, {"/elsewhere/services/web/output"});
    EXPECT_EQ(found({12}), "web=12");
}

TEST_F(KeptServices, AreNotOurRolesNorOtherPrograms) {
    process(12, "pgctl", {"pgctl", "logger", "/p"}, {"/r/.pgctl/services/web/output"});
    process(13, "sh", {"./run"}, {"/r/.pgctl/services/web/output"});
    process(14, "pgctl", {"pgctl keeper /p/web"}, {"/elsewhere/web/output", "/r/.pgctl/services/output"});
    EXPECT_EQ(found({12, 13, 14}), "");
}
