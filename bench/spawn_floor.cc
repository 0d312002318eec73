// spawn_floor DIRECTORY N: the floor for a start: posix_spawn of ./run in DIRECTORY/s1 … sN, one after the
// other, and no supervision at all. Prints the pids; the caller ends them. Used by bench/run.
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: spawn_floor DIRECTORY N\n", stderr);
        return 2;
    }
    const std::string directory = argv[1];
    std::string output;
    for (int i = 1; i <= std::atoi(argv[2]); ++i) {
        const std::string service = directory + "/s" + std::to_string(i);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addchdir_np(&actions, service.c_str());
        // The caller reads our standard output to its end: no service may hold it.
        for (int fd = 0; fd < 3; ++fd)
            ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
        char name[] = "./run";
        char* arguments[] = {name, nullptr};
        pid_t pid = 0;
        if (::posix_spawn(&pid, name, &actions, nullptr, arguments, environ) != 0) {
            std::fprintf(stderr, "%s/run: cannot be executed\n", service.c_str());
            return 1;
        }
        ::posix_spawn_file_actions_destroy(&actions);
        output += std::to_string(pid) + "\n";
    }
    std::fputs(output.c_str(), stdout);
    return 0;
}
