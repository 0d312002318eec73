// What a service's keeper executes, laid out so that it parses nothing: the child maps the file privately,
// adds the mapping's address to the offsets in the tables, and has argv, envp and paths in place (design:
// "Spawn"). Written by the supervisor before each life, read by keeper/spawn.cc. A check is laid out in the
// same way, by pgctl-poll-ready or by the supervisor itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace protocol {

inline constexpr std::uint32_t kSpawnMagic = 0x70677370;  // "pgsp"

// All offsets count from the start of the file; 0 is "none". Strings end with NUL.
struct SpawnHeader {
    std::uint32_t magic = kSpawnMagic;
    std::uint32_t limit_count = 0;
    std::uint64_t size = 0;          // of the whole file, bytes
    std::uint64_t directory = 0;     // of the service, absolute
    std::uint64_t output = 0;        // its output FIFO
    std::uint64_t notification = 0;  // its notification FIFO
    std::int32_t notification_fd = -1;
    std::uint32_t umask = 022;
    std::int32_t niceness = 0;
    std::int32_t set_niceness = 0;  // whether to
    std::uint64_t arguments = 0;    // table of offsets, ended by 0
    std::uint64_t environment = 0;  // table of offsets, ended by 0
    std::uint64_t limits = 0;       // table of SpawnLimit
};

struct SpawnLimit {
    std::uint64_t resource = 0;
    std::uint64_t soft = 0;  // RLIM_INFINITY is all ones
    std::uint64_t hard = 0;
};

struct SpawnPlan {
    std::string directory;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::string output;
    std::string notification;  // empty: none
    int notification_fd = -1;
    unsigned umask = 022;
    int niceness = 0;
    bool set_niceness = false;
    std::vector<Limit> limits;  // those to set
};

[[nodiscard]] std::string layout(const SpawnPlan& plan);
// Whether these bytes are what layout() made, whole: nothing in them leads out of them.
[[nodiscard]] bool is_laid_out(const std::string& bytes);

// The environment in a spawn file's bytes, for running a check as the service would; empty where it is no
// spawn file.
[[nodiscard]] std::vector<std::string> environment_in(const std::string& spawn_file);
// What else its process inherits: umask, niceness and limits; the rest of the plan is left empty. Nothing
// where it is no spawn file.
[[nodiscard]] std::optional<SpawnPlan> inherited_in(const std::string& spawn_file);

}  // namespace protocol
