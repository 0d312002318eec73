#include "supervisor/loop.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <unordered_map>

#include "os/clock.h"
#include "supervisor/deadlines.h"

namespace supervisor {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kShortagePause{50};

}  // namespace

// However it comes to its end, what was kept refers to what may be gone before the loop is.
struct Loop::Dropping {
    Loop& loop;
    ~Dropping() { loop.drop_kept(); }
};

void Loop::run() {
    const Dropping dropping{*this};
    const auto work = asio::make_work_guard(*context_);
    context_->run();
}

void Loop::drop_kept() {
    const auto dropped = std::exchange(kept_, {});
}

void Loop::stop() {
    context_->stop();
}

void Loop::post(std::function<void()> work) {
    asio::post(*context_, std::move(work));
}

void Loop::keep(std::shared_ptr<void> work) {
    const void* const place = work.get();
    kept_.emplace(place, std::move(work));
}

void Loop::let_go(const void* work) {
    const auto kept = kept_.extract(work);
    if (kept) post([last = kept.mapped()] {});
}

asio::io_context& Loop::context() {
    return *context_;
}

struct Timer::Wait {
    Deadlines::Timer number = 0;
    std::function<void()> callback;
};

// All timers of a loop, on one timerfd that is armed only while one of them is set (man 2 timerfd_create).
struct Loop::Timers {
    explicit Timers(asio::io_context& context)
        : clock(std::in_place, context, ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
        wait();
    }

    void set(const std::shared_ptr<Timer::Wait>& timer, model::Time at) {
        waiting[timer->number] = timer;
        deadlines.set(timer->number, at);
        adjust_clock();
    }

    void cancel(const Timer::Wait& timer) {
        if (waiting.erase(timer.number) == 0) return;
        deadlines.cancel(timer.number);
        adjust_clock();
    }

    void wait() {
        clock->async_wait(asio::posix::stream_descriptor::wait_read,
                          [this](const boost::system::error_code& error) {
                              if (error) return;
                              call_those_due();
                              wait();
                          });
    }

    void call_those_due() {
        std::uint64_t expirations = 0;
        [[maybe_unused]] const auto told = ::read(clock->native_handle(), &expirations, sizeof expirations);
        armed.reset();
        const model::Time now = os::monotonic_now();
        calling = true;
        while (const auto due = deadlines.take_due(now)) {
            // It lives until its callback returns, whatever that does.
            const auto timer = waiting.extract(*due).mapped();
            timer->callback();
        }
        calling = false;
        adjust_clock();
    }

    void adjust_clock() {
        if (calling || !clock) return;
        const ClockChange change = change_of_clock(armed, deadlines.earliest());
        if (!change.needed) return;
        armed = change.at;
        // All zeroes disarm it.
        const model::Time at = change.at ? std::max(*change.at, model::Time(1)) : model::Time(0);
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at);
        itimerspec when{};
        when.it_value = {.tv_sec = seconds.count(), .tv_nsec = (at - seconds).count()};
        ::timerfd_settime(clock->native_handle(), TFD_TIMER_ABSTIME, &when, nullptr);
    }

    std::optional<asio::posix::stream_descriptor> clock;  // nothing at the loop's end
    Deadlines deadlines;
    std::unordered_map<Deadlines::Timer, std::shared_ptr<Timer::Wait>> waiting;  // those that are set
    std::optional<model::Time> armed;                                            // for when
    bool calling = false;
    Deadlines::Timer last_number = 0;
};

Loop::Loop()
    : context_(std::make_unique<asio::io_context>(1)), timers_(std::make_unique<Timers>(*context_)) {}

// What still waits is destroyed with the context, and cancels its timers: they go last, but their clock is
// the context's and goes first.
Loop::~Loop() {
    drop_kept();
    timers_->clock.reset();
    context_.reset();
}

Timer::Timer(Loop& loop, std::function<void()> callback)
    : loop_(loop),
      wait_(std::make_shared<Wait>(
          Wait{.number = ++loop.timers_->last_number, .callback = std::move(callback)})) {}

Timer::~Timer() {
    cancel();
}

void Timer::set(model::Time at) {
    loop_.timers_->set(wait_, at);
}

void Timer::cancel() {
    loop_.timers_->cancel(*wait_);
}

struct Readable::Watch : std::enable_shared_from_this<Readable::Watch> {
    Watch(Loop& loop, int watched, std::function<void()> on_readable)
        : descriptor(loop.context()),
          fd(watched),
          callback(std::move(on_readable)),
          again(loop, [this] { begin(); }) {}

    // Where the kernel has no memory for it, later: what is readable then was so all the time.
    void begin() {
        boost::system::error_code error;
        descriptor.assign(fd, error);
        error ? again.set(os::monotonic_now() + kShortagePause) : wait();
    }

    void wait() {
        descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                              [self = shared_from_this()](const boost::system::error_code& error) {
                                  if (error || self->unwatched) return;
                                  self->callback();
                                  if (!self->unwatched) self->wait();
                              });
    }

    void end() {
        unwatched = true;
        again.cancel();
        if (descriptor.is_open()) descriptor.release();  // the fd is not ours to close
    }

    asio::posix::stream_descriptor descriptor;
    int fd;
    std::function<void()> callback;
    Timer again;
    bool unwatched = false;
};

Readable::Readable(Loop& loop, int fd, std::function<void()> callback)
    : watch_(std::make_shared<Watch>(loop, fd, std::move(callback))) {
    watch_->begin();
}

// A waiting callback is cancelled. It may be what destroys us: it stays where it is, with what it captured,
// until it has returned and the watch, which the cancelled wait still holds, is gone.
Readable::~Readable() {
    watch_->end();
}

}  // namespace supervisor
