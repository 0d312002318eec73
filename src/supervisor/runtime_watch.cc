#include "supervisor/runtime_watch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <chrono>

#include "os/clock.h"
#include "os/file.h"

namespace supervisor {

namespace {

constexpr unsigned long kGoes = DN_DELETE | DN_RENAME | DN_MULTISHOT;
constexpr std::chrono::milliseconds kOver{100};
constexpr std::chrono::seconds kAgain{1};

}  // namespace

RuntimeWatch::RuntimeWatch(Loop& loop, std::function<void()> disturbed)
    : loop_(loop), timer_(loop, std::move(disturbed)) {}

void RuntimeWatch::begin(const protocol::RuntimeDirectory& directory) {
    sigset_t changed;
    ::sigemptyset(&changed);
    ::sigaddset(&changed, SIGIO);
    ::sigprocmask(SIG_BLOCK, &changed, nullptr);
    signals_ = os::Fd(::signalfd(-1, &changed, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!signals_.valid()) return;
    // The one above tells when the directory itself is moved away.
    for (const std::string& path :
         {os::parent_of(directory.root()), directory.root(), directory.services()}) {
        auto opened = os::open(path, O_RDONLY | O_DIRECTORY);
        if (opened && ::fcntl(opened->get(), F_NOTIFY, kGoes) == 0)
            directories_.push_back(std::move(*opened));
    }
    readable_ = std::make_unique<Readable>(loop_, signals_.get(), [this] { take_signal(); });
}

void RuntimeWatch::again() {
    timer_.set(os::monotonic_now() + kAgain);
}

// Where it came from does not matter: what is missing is seen when all is over.
void RuntimeWatch::take_signal() {
    signalfd_siginfo unused{};
    [[maybe_unused]] const auto taken = ::read(signals_.get(), &unused, sizeof unused);
    timer_.set(os::monotonic_now() + kOver);
}

}  // namespace supervisor
