// What makes pgctl a program of another version. The version, the format of the state, and what a role of it
// does instead of its work stand in a text that tests/harness/programs.py rewrites in a copy of the program.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "base/version.h"
#include "supervisor/state_format.h"

namespace {

// "version format role fault": fault is a signal's number, "exit" and a code, or "hang".
volatile char traits_in_file[128] = "THE TRAITS OF THIS PROGRAM: 6.0.1 1 none none";

struct Traits {
    std::string version, role, fault;
    int format = 0;

    Traits() {
        std::string text;
        for (const volatile char& letter : traits_in_file) {
            if (letter != '\0') text += letter;
        }
        std::istringstream words(text.substr(text.find(':') + 1));
        words >> version >> format >> role >> fault;
    }
};

const Traits& traits() {
    static const Traits all;
    return all;
}

[[gnu::constructor]] void fail_in_a_role(int argc, char** argv) {
    if (argc != 3 || traits().role != argv[1]) return;
    const std::string& fault = traits().fault;
    if (fault == "hang") {
        while (true) ::pause();
    }
    if (fault.starts_with("exit")) ::_exit(std::atoi(fault.c_str() + 4));
    ::signal(std::atoi(fault.c_str()), SIG_DFL);
    ::raise(std::atoi(fault.c_str()));
}

}  // namespace

const char* base::version() {
    return traits().version.c_str();
}

int supervisor::state_format() {
    return traits().format;
}
