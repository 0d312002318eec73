#include "supervisor/await_end.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "os/clock.h"
#include "os/fd.h"
#include "os/shortage.h"

namespace supervisor {

namespace {

constexpr std::chrono::milliseconds kShortagePause{50};

// Keeps itself alive until it has called back.
class Wait : public std::enable_shared_from_this<Wait> {
  public:
    Wait(Loop& loop, std::function<void()> done)
        : loop_(loop), done_(std::move(done)), timer_(loop, [this] { finish(); }) {}

    void begin(const os::Proc& proc, const std::vector<os::ProcessId>& processes, model::Time deadline) {
        self_ = shared_from_this();
        for (const os::ProcessId& id : processes) {
            auto process = os::Process::open(proc, id);
            if (process) fds_.push_back(std::move(*process).take_fd());
            if (!process && os::is_shortage(process.error().number)) deadline = soon(deadline);
        }
        left_ = fds_.size();
        if (left_ == 0 && !is_short_) return finish();
        timer_.set(deadline);
        for (const os::Fd& fd : fds_) watch(fd.get());
    }

  private:
    // Nobody tells of the end of what can't be watched.
    model::Time soon(model::Time deadline) {
        is_short_ = true;
        return std::min(deadline, os::monotonic_now() + kShortagePause);
    }

    void watch(int fd) {
        const size_t place = watches_.size();
        watches_.push_back(std::make_unique<Readable>(loop_, fd, [this, place] {
            watches_[place].reset();
            if (--left_ == 0 && !is_short_) finish();
        }));
    }

    void finish() {
        timer_.cancel();
        watches_.clear();
        if (done_) loop_.post(std::exchange(done_, nullptr));
        loop_.post([self = std::move(self_)] {});
    }

    Loop& loop_;
    std::function<void()> done_;
    Timer timer_;
    std::vector<os::Fd> fds_;
    std::vector<std::unique_ptr<Readable>> watches_;
    size_t left_ = 0;
    bool is_short_ = false;
    std::shared_ptr<Wait> self_;
};

}  // namespace

void await_end(Loop& loop, const os::Proc& proc, const std::vector<os::ProcessId>& processes,
               model::Time deadline, std::function<void()> done) {
    std::make_shared<Wait>(loop, std::move(done))->begin(proc, processes, deadline);
}

}  // namespace supervisor
