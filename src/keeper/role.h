// Starting one of our own roles as a process of the same program: keeper, supervisor, logger.
// Used by the client (keeper) and by the playground's keeper (the others, and a neighbour's keeper). A role
// gets nothing of its parent's but what is named here: no fd, no environment, default signal dispositions.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace keeper {

// The environment variable that tells a role the playground's runtime directory. Without it the role names
// are no commands.
inline constexpr const char* kRuntimeVariable = "PGCTL_RUNTIME";
// The exit code of a supervisor that can't work here (a full disk, say) and has told a client why. Where
// nothing runs, there is no sense in starting it again.
inline constexpr int kGivesUp = 3;
// A passed fd is this one in the new process.
inline constexpr int kPassedFd = 3;

struct Role {
    std::string name;                      // "keeper", "supervisor", "logger"
    std::string playground;                // absolute, shown by ps
    std::vector<std::string> environment;  // role_environment()
    int passed_fd = -1;                    // becomes kPassedFd; -1: none
    bool detached = false;                 // not our child, in its own session
    std::string program = "/proc/self/exe";
    bool on_trial = false;  // protocol/trial.h
};

// The caller's variables that our own processes keep: where programs are, and how time is shown.
[[nodiscard]] std::vector<std::string> role_environment(const std::string& runtime);

// Its pid; for a detached one 0. The new process is found by ps as "pgctl <name> <playground>".
[[nodiscard]] base::Result<pid_t> start_role(const Role& role);
// This process becomes the role.
[[noreturn]] void become_role(const Role& role);

}  // namespace keeper
