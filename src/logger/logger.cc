#include "logger/logger.h"

#include <sys/prctl.h>

#include <csignal>
#include <cstdio>

#include "logger/loop.h"
#include "os/stray_signals.h"
#include "protocol/starter.h"
#include "protocol/trial.h"

namespace logger {

namespace {

int failed(const base::Error& error) {
    std::fprintf(stderr, "[pgctl] ERROR: logger: %s\n", error.message().c_str());
    return 1;
}

base::Status tell_fit_if_asked(const protocol::RuntimeDirectory& directory) {
    return protocol::on_trial() ? protocol::tell_fit(directory) : base::Status();
}

}  // namespace

int run(const std::string& runtime_directory_root, const std::string& playground) {
    os::ignore_stray_signals();
    // With its keeper it goes too: the next keeper starts another, and there is never a second one.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (protocol::starter() == 0) return 0;
    const protocol::RuntimeDirectory directory(runtime_directory_root);
    const auto loop = Loop::make(directory, playground);
    if (!loop && protocol::on_trial()) return protocol::tell_unfit(directory, loop.error().message());
    if (!loop) return failed(loop.error());
    if (const auto told = tell_fit_if_asked(directory); !told) return failed(told.error());
    if (const auto ended = (*loop)->run(); !ended) return failed(ended.error());
    return 0;
}

}  // namespace logger
