#include "os/obstacle.h"

#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "os/file.h"
#include "os/proc.h"

namespace os {

namespace {

struct Call {
    const char* name;
    bool on_descriptor = false;  // its first argument is one
};

// Those that wait for a device or a file system, and so may never return.
const std::map<long, Call>& waiting_calls() {
    static const std::map<long, Call> calls = {
        {SYS_read, {"read", true}},
        {SYS_write, {"write", true}},
        {SYS_readv, {"readv", true}},
        {SYS_writev, {"writev", true}},
        {SYS_pread64, {"pread", true}},
        {SYS_pwrite64, {"pwrite", true}},
        {SYS_ioctl, {"ioctl", true}},
        {SYS_fsync, {"fsync", true}},
        {SYS_fdatasync, {"fdatasync", true}},
        {SYS_fallocate, {"fallocate", true}},
        {SYS_ftruncate, {"ftruncate", true}},
        {SYS_fstat, {"fstat", true}},
        {SYS_getdents64, {"getdents", true}},
        {SYS_flock, {"flock", true}},
        {SYS_close, {"close", true}},
        {SYS_openat, {"openat"}},
        {SYS_newfstatat, {"stat"}},
        {SYS_statx, {"statx"}},
        {SYS_faccessat, {"access"}},
        {SYS_faccessat2, {"access"}},
        {SYS_readlinkat, {"readlink"}},
        {SYS_unlinkat, {"unlink"}},
        {SYS_renameat2, {"rename"}},
        {SYS_mkdirat, {"mkdir"}},
        {SYS_chdir, {"chdir"}},
        {SYS_execve, {"execve"}},
        {SYS_mmap, {"mmap"}},
        {SYS_munmap, {"munmap"}},
        {SYS_sync, {"sync"}},
        {SYS_umount2, {"umount"}},
        {SYS_exit_group, {"exit"}},
#ifdef SYS_open
        {SYS_open, {"open"}},
        {SYS_stat, {"stat"}},
        {SYS_lstat, {"lstat"}},
        {SYS_access, {"access"}},
        {SYS_unlink, {"unlink"}},
        {SYS_rename, {"rename"}},
        {SYS_mkdir, {"mkdir"}},
#endif
    };
    return calls;
}

class Looker {
  public:
    Looker(pid_t pid, const std::string& root)
        : directory_(root + "/" + std::to_string(pid)), proc_(root), pid_(pid) {}

    [[nodiscard]] std::string words() const {
        const auto stat = proc_.stat(pid_);
        if (!stat) return {};
        if (const pid_t tracer = traced_by(); tracer != 0) return "traced by " + named(tracer);
        if (stat->state == 'Z') return "ended, and not reaped by its parent " + named(stat->parent);
        if (const std::string place = content("wchan"); place.ends_with("refrigerator")) return frozen();
        return stat->state == 'D' ? in_the_kernel() : std::string();
    }

  private:
    [[nodiscard]] std::string content(const std::string& name) const {
        return std::string(base::trim(read_file(directory_ + "/" + name).value_or("")));
    }

    [[nodiscard]] pid_t traced_by() const {
        const std::string status = content("status");
        constexpr std::string_view kField = "\nTracerPid:";
        const size_t at = status.find(kField);
        return at == std::string::npos ? 0 : std::atoi(status.c_str() + at + kField.size());
    }

    [[nodiscard]] std::string named(pid_t pid) const {
        const auto stat = proc_.stat(pid);
        if (!stat) return std::to_string(pid);
        const bool stopped = stat->state == 'T' || stat->state == 't';
        return std::to_string(pid) + " (" + stat->command + ")" + (stopped ? ", which is stopped" : "");
    }

    // Version 1 of cgroups: where version 2 freezes, a kill ends a process all the same.
    [[nodiscard]] std::string frozen() const {
        for (const std::string& line : base::split(content("cgroup"), '\n')) {
            constexpr std::string_view kController = ":freezer:";
            const size_t at = line.find(kController);
            if (at != std::string::npos)
                return "frozen in the cgroup " + line.substr(at + kController.size());
        }
        return "frozen";
    }

    [[nodiscard]] std::string in_the_kernel() const {
        std::string text = "in the kernel";
        const std::vector<std::string> call = base::words(content("syscall"));
        if (!call.empty()) text += call_in_words(call);
        const std::string place = content("wchan");
        return place.empty() || place == "0" ? text : text + " (" + place + ")";
    }

    // "0 0x3 0x7ff…": the number of the call and its arguments; "running" in no call.
    [[nodiscard]] std::string call_in_words(const std::vector<std::string>& call) const {
        const auto known = waiting_calls().find(std::strtol(call[0].c_str(), nullptr, 10));
        if (call.size() < 2) return {};
        if (known == waiting_calls().end()) return ", in system call " + call[0];
        std::string text = std::string(", in ") + known->second.name;
        if (!known->second.on_descriptor) return text;
        const auto file = link("fd/" + std::to_string(std::strtol(call[1].c_str(), nullptr, 16)));
        return file ? text + " of " + *file : text;
    }

    [[nodiscard]] std::optional<std::string> link(const std::string& name) const {
        std::array<char, PATH_MAX> target;
        const ssize_t size = ::readlink((directory_ + "/" + name).c_str(), target.data(), target.size());
        if (size < 0) return {};
        return std::string(target.data(), static_cast<size_t>(size));
    }

    std::string directory_;
    Proc proc_;
    pid_t pid_;
};

}  // namespace

std::string obstacle_of(pid_t pid, const std::string& proc_root) {
    return Looker(pid, proc_root).words();
}

}  // namespace os
