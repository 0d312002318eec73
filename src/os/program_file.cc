#include "os/program_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace os {

base::Result<Fd> open_program_of(pid_t pid) {
    return open("/proc/" + std::to_string(pid) + "/exe", O_PATH);
}

base::Result<std::string> program_identity(int fd) {
    struct stat found {};
    if (::fstat(fd, &found) != 0) return base::system_error("program");
    return fmt::format("{}:{}:{}:{}.{}", found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec,
                       found.st_mtim.tv_nsec);
}

std::string own_program_identity() {
    const auto program = open("/proc/self/exe", O_PATH);
    return program ? program_identity(program->get()).value_or("") : "";
}

std::string executable_path(int fd) {
    return "/proc/self/fd/" + std::to_string(fd);
}

}  // namespace os
