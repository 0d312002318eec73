// What /proc says of processes (man 5 proc). The root is a parameter, so that a test reads a made-up tree.
// Used by the supervisor to find, prove and show processes, and by the helpers. It signals nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cpu_use.h"
#include "base/result.h"

namespace os {

// One line of /proc/<pid>/stat, as far as it is needed.
struct ProcessStat {
    pid_t pid = 0;
    std::string command;  // at most 15 bytes, any byte but NUL
    char state = '?';     // R, S, D, T, t, Z, X, I
    bool ended = false;   // a zombie
    // It shows neither arguments nor environment, and is no thread of the kernel's: it executes another
    // program just now, or has no memory any more.
    bool bare = false;
    // Where its environment lies, as addresses: elsewhere once it has executed another program.
    std::uint64_t environment_begin = 0, environment_end = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    int terminal = 0;              // device number, 0: none
    std::uint64_t cpu_ticks = 0;   // user and system
    std::uint64_t start_time = 0;  // clock ticks since boot
};

// Pure. An error where `line` is no such line.
[[nodiscard]] base::Result<ProcessStat> parse_process_stat(std::string_view line);

class Proc {
  public:
    explicit Proc(std::string root = "/proc") : root_(std::move(root)) {}

    [[nodiscard]] base::Result<ProcessStat> stat(pid_t pid) const;
    // Of its first thread, without whether it waits (/proc/<pid>/schedstat); zero where the kernel does not
    // count it.
    [[nodiscard]] base::CpuUse cpu_use(pid_t pid) const;
    // The effective user's id.
    [[nodiscard]] base::Result<uid_t> user(pid_t pid) const;
    [[nodiscard]] base::Result<mode_t> umask(pid_t pid) const;
    // "NAME=value" each; an error for another user's process.
    [[nodiscard]] base::Result<std::vector<std::string>> environment(pid_t pid) const;
    [[nodiscard]] base::Result<std::vector<std::string>> command_line(pid_t pid) const;
    // Every process there is, by number.
    [[nodiscard]] std::vector<pid_t> all() const;
    // The children of `pid`, of all its threads; in no particular order. Complete only while none of them
    // forks.
    [[nodiscard]] std::vector<pid_t> children(pid_t pid) const;
    // All that lives below `pid`, parents before their children, without `pid` itself.
    [[nodiscard]] std::vector<pid_t> descendants(pid_t pid) const;
    // `pid` and its ancestors, as far as they are there.
    [[nodiscard]] std::vector<pid_t> lineage(pid_t pid) const;
    // Whether it can be read at all. Where it can't, for want of descriptors, an empty answer means nothing.
    [[nodiscard]] bool tells() const;
    // Whether `bare` means something: some sandboxes have a /proc that shows no addresses.
    [[nodiscard]] bool tells_addresses() const;
    // Seconds since the epoch at which the machine was booted (btime of /proc/stat), 0 if it can't be read.
    [[nodiscard]] std::int64_t boot_time() const;
    // Of this boot; changes with the next (/proc/sys/kernel/random/boot_id), empty if it can't be read.
    [[nodiscard]] std::string boot_id() const;

  private:
    [[nodiscard]] std::string path(pid_t pid, std::string_view name) const;
    // The words behind a name in /proc/<pid>/status.
    [[nodiscard]] base::Result<std::vector<std::string>> status(pid_t pid, std::string_view name) const;

    std::string root_;
};

}  // namespace os
