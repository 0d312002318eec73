// A /proc of a test's own making: processes that are only files.
// For the unit tests of all layers. Nothing in it may be signalled: its numbers may be those of real
// processes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "os/proc.h"
#include "temporary_directory.h"

class ProcTree : public TemporaryDirectory {
  public:
    // What /proc/<pid>/stat tells of one (man 5 proc); times are in clock ticks, the start's since boot.
    struct Process {
        pid_t parent = 1;
        std::string command = "sh";
        char state = 'S';
        pid_t group = 1, session = 1;
        int terminal = 0;
        unsigned flags = 0;  // the kernel's (linux/sched.h, PF_*)
        std::int64_t user_time = 0, system_time = 0, start_time = 0;
        std::uint64_t environment_begin = 4096,
                      environment_end = 4096;  // addresses; the end is 0 while it executes
    };

    void process(pid_t pid, const Process& process) const {
        file(in(pid, "stat"),
             std::to_string(pid) + " (" + process.command + ") " + process.state + " " +
                 std::to_string(process.parent) + " " + std::to_string(process.group) + " " +
                 std::to_string(process.session) + " " + std::to_string(process.terminal) + " -1 " +
                 std::to_string(process.flags) + " 0 0 0 0 " + std::to_string(process.user_time) + " " +
                 std::to_string(process.system_time) + " 0 0 20 0 1 0 " + std::to_string(process.start_time) +
                 " 0 0 0" + fields_between() + std::to_string(process.environment_begin) + " " +
                 std::to_string(process.environment_end) + " 0\n");
    }
    void command_line(pid_t pid, const std::vector<std::string>& words) const {
        file(in(pid, "cmdline"), terminated(words));
    }
    void environment(pid_t pid, const std::vector<std::string>& variables) const {
        file(in(pid, "environ"), terminated(variables));
    }
    // The effective user; the others are other ones.
    void user(pid_t pid, uid_t id) const {
        file(in(pid, "status"), "Name:\tsh\nUid:\t1\t" + std::to_string(id) + "\t1\t1\nGid:\t1\n");
    }
    void umask(pid_t pid, const std::string& octal) const {
        file(in(pid, "status"), "Name:\tsh\nUmask:\t" + octal + "\nState:\tS (sleeping)\n");
    }
    void children(pid_t pid, const std::string& pids) const { children(pid, pid, pids); }
    void children(pid_t pid, pid_t thread, const std::string& pids) const {
        file(in(pid, "task/" + std::to_string(thread) + "/children"), pids);
    }
    void open_file(pid_t pid, int fd, const std::string& target) const {
        link(in(pid, "fd/" + std::to_string(fd)), target);
    }
    void booted_at(std::int64_t seconds) const {
        file("stat", "cpu 1 2 3\nbtime " + std::to_string(seconds) + "\nprocesses 9\n");
    }
    void gone(pid_t pid) const { remove(std::to_string(pid)); }

    [[nodiscard]] os::Proc proc() const { return os::Proc(root); }

  private:
    // From startcode to arg_end.
    static std::string fields_between() {
        std::string text;
        for (int field = 26; field < 50; ++field) text += " 0";
        return text + " ";
    }
    static std::string in(pid_t pid, const std::string& name) { return std::to_string(pid) + "/" + name; }
    static std::string terminated(const std::vector<std::string>& texts) {
        std::string all;
        for (const std::string& text : texts) all += text + '\0';
        return all;
    }
};
