#include "supervisor/await_end.h"

#include <memory>
#include <utility>

#include "os/clock.h"
#include "os/fd.h"
#include "os/shortage.h"

namespace supervisor {

namespace {

constexpr std::chrono::milliseconds kShortagePause{50};

// The loop keeps it until it has called back.
class Wait : public std::enable_shared_from_this<Wait> {
  public:
    Wait(Loop& loop, const os::Proc& proc, std::vector<os::ProcessId> processes, std::function<void()> done)
        : loop_(loop),
          proc_(proc),
          unwatched_(std::move(processes)),
          done_(std::move(done)),
          timer_(loop, [this] { finish(); }),
          again_(loop, [this] { watch_unwatched(); }) {}

    void begin(model::Time deadline) {
        loop_.keep(shared_from_this());
        timer_.set(deadline);
        watch_unwatched();
    }

  private:
    // Those for which there is no descriptor now are tried again.
    void watch_unwatched() {
        std::erase_if(unwatched_, [this](const os::ProcessId& id) {
            auto process = os::Process::open(proc_, id);
            if (process) watch(std::move(*process).take_fd());
            return process || !os::is_shortage(process.error().number);
        });
        if (!unwatched_.empty()) again_.set(os::monotonic_now() + kShortagePause);
        look_whether_all_ended();
    }

    void watch(os::Fd fd) {
        const size_t place = watches_.size();
        fds_.push_back(std::move(fd));
        ++left_;
        watches_.push_back(std::make_unique<Readable>(loop_, fds_.back().get(), [this, place] {
            watches_[place].reset();
            --left_;
            look_whether_all_ended();
        }));
    }

    void look_whether_all_ended() {
        if (left_ == 0 && unwatched_.empty()) finish();
    }

    void finish() {
        timer_.cancel();
        again_.cancel();
        watches_.clear();
        if (done_) loop_.post(std::exchange(done_, nullptr));
        loop_.let_go(this);
    }

    Loop& loop_;
    const os::Proc& proc_;
    std::vector<os::ProcessId> unwatched_;
    std::function<void()> done_;
    Timer timer_, again_;
    std::vector<os::Fd> fds_;
    std::vector<std::unique_ptr<Readable>> watches_;
    size_t left_ = 0;  // that are watched and have not ended
};

}  // namespace

void await_end(Loop& loop, const os::Proc& proc, const std::vector<os::ProcessId>& processes,
               model::Time deadline, std::function<void()> done) {
    std::make_shared<Wait>(loop, proc, processes, std::move(done))->begin(deadline);
}

}  // namespace supervisor
