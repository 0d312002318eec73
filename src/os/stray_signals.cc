#include "os/stray_signals.h"

#include <signal.h>

#include <algorithm>
#include <array>

namespace os {

namespace {

// Our own faults shall be seen; the kernel takes no wish for the last two.
constexpr std::array kMeant = {SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,  SIGABRT, SIGTRAP,
                               SIGSYS,  SIGCHLD, SIGCONT, SIGKILL, SIGSTOP};

}  // namespace

void ignore_stray_signals() {
    for (int number = 1; number < NSIG; ++number) {
        if (std::ranges::find(kMeant, number) == kMeant.end()) ::signal(number, SIG_IGN);
    }
}

}  // namespace os
