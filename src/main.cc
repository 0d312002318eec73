// One program under several names and in several roles. The roles come first, and nothing before them: a
// keeper is small because nothing else has run in its process.

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "cli/fuser.h"
#include "cli/poll_ready.h"
#include "cli/run.h"
#include "keeper/playground_keeper.h"
#include "keeper/role.h"
#include "keeper/title.h"
#include "logger/logger.h"
#include "os/fd.h"
#include "supervisor/supervisor.h"

namespace {

bool equal(const char* one, const char* other) {
    return std::strcmp(one, other) == 0;
}

const char* base_name(const char* path) {
    const char* slash = std::strrchr(path, '/');
    return slash == nullptr ? path : slash + 1;
}

// The only error that has no other way up here: nothing could be allocated to tell of it.
int out_of_memory() {
    constexpr std::string_view kLine = "[pgctl] ERROR: out of memory\n";
    static_cast<void>(os::write_all(2, kLine));
    return 1;
}

int run_command(int argc, char** argv) {
    try {
        return cli::run(argc, argv);
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    }
}

// Libraries allocate where nothing may be thrown: in destructors, in threads, and before main.
[[noreturn]] void thrown_to_nobody() {
    try {
        if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
        ::_exit(out_of_memory());
    } catch (...) {
    }
    std::abort();
}

[[gnu::constructor(101)]] void before_all_others() {
    std::set_terminate(thrown_to_nobody);
}

// Whoever keeps it starts another one, which takes over: of what a role knows, nothing is lost with it.
template <class Run>
int run_role(Run run) {
    try {
        return run();
    } catch (const std::exception&) {
        return 1;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const char* runtime = std::getenv(keeper::kRuntimeVariable);
    if (runtime != nullptr && argc == 3 && equal(argv[1], "keeper")) {
        keeper::remember_command_line(argc, argv, ::environ);
        return keeper::run(runtime, argv[2]);
    }
    if (runtime != nullptr && argc == 3 && equal(argv[1], "supervisor"))
        return run_role([&] { return supervisor::run(runtime, argv[2]); });
    if (runtime != nullptr && argc == 3 && equal(argv[1], "logger"))
        return run_role([&] { return logger::run(runtime, argv[2]); });
    const char* name = argc > 0 ? base_name(argv[0]) : "pgctl";
    if (equal(name, "pgctl-poll-ready")) return cli::poll_ready(argc, argv);
    if (equal(name, "pgctl-fuser")) return cli::fuser(argc, argv);
    return run_command(argc, argv);
}
