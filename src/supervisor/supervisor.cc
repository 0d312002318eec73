#include "supervisor/supervisor.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>

#include "os/clock.h"
#include "supervisor/api.h"
#include "supervisor/loop.h"
#include "supervisor/playground.h"
#include "supervisor/spawn_plan.h"

namespace supervisor {

namespace {

constexpr int kSocketFd = 3;
// Whoever started the keeper has this long to come with a request.
constexpr std::chrono::seconds kFirstRequest{5};

// As many descriptors as we may have; what services inherit was noted before.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace

int run(const std::string& runtime, const std::string& path) {
    ::prctl(PR_SET_NAME, "pgctl");
    for (const int number : {SIGPIPE, SIGHUP, SIGINT, SIGTERM}) ::signal(number, SIG_IGN);
    static_cast<void>(inherited());
    raise_descriptor_limit();

    Loop loop;
    std::unique_ptr<Api> api;
    std::unique_ptr<Playground> playground;
    bool ending = false;
    const auto end_if_idle = [&] {
        if (ending || !api || !api->idle() || !playground->all_down()) return;
        ending = true;
        playground->finish([&loop] { loop.stop(); });
    };
    playground = std::make_unique<Playground>(loop, protocol::RuntimeDirectory(runtime), path, end_if_idle);
    if (const auto opened = playground->open(); !opened) return 1;
    api = std::make_unique<Api>(loop, *playground, kSocketFd, end_if_idle);
    Timer first_request(loop, end_if_idle);
    first_request.set(os::monotonic_now() + kFirstRequest);
    loop.run();
    return 0;
}

}  // namespace supervisor
