#include "logger/logger.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "logger/loop.h"

namespace logger {

namespace {

void ignore_signals() {
    // SIGXFSZ: a file size limit shall be an errno. SIGPIPE: cannot come, must not hurt.
    for (const int number : {SIGPIPE, SIGXFSZ, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM}) {
        ::signal(number, SIG_IGN);
    }
}

// A descriptor a service.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

int failed(const base::Error& error) {
    std::fprintf(stderr, "[pgctl] ERROR: logger: %s\n", error.message().c_str());
    return 1;
}

}  // namespace

int run(const std::string& runtime_directory_root, const std::string& playground) {
    ignore_signals();
    // With its keeper it goes too: the next keeper starts another, and there is never a second one.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    raise_descriptor_limit();
    const auto loop = Loop::make(protocol::RuntimeDirectory(runtime_directory_root), playground);
    if (!loop) return failed(loop.error());
    if (const auto ended = (*loop)->run(); !ended) return failed(ended.error());
    return 0;
}

}  // namespace logger
