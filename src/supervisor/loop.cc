#include "supervisor/loop.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace supervisor {

namespace asio = boost::asio;

Loop::Loop() : context_(std::make_unique<asio::io_context>(1)) {}
Loop::~Loop() = default;

void Loop::run() {
    const auto work = asio::make_work_guard(*context_);
    context_->run();
}

void Loop::stop() {
    context_->stop();
}

void Loop::post(std::function<void()> work) {
    asio::post(*context_, std::move(work));
}

asio::io_context& Loop::context() {
    return *context_;
}

struct Readable::Watch : std::enable_shared_from_this<Readable::Watch> {
    Watch(asio::io_context& context, int fd, std::function<void()> on_readable)
        : descriptor(context, fd), callback(std::move(on_readable)) {}

    void wait() {
        descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                              [self = shared_from_this()](const boost::system::error_code& error) {
                                  if (error || !self->callback) return;
                                  self->callback();
                                  if (self->callback) self->wait();
                              });
    }

    asio::posix::stream_descriptor descriptor;
    std::function<void()> callback;
};

Readable::Readable(Loop& loop, int fd, std::function<void()> callback)
    : watch_(std::make_shared<Watch>(loop.context(), fd, std::move(callback))) {
    watch_->wait();
}

Readable::~Readable() {
    watch_->descriptor.release();  // the fd is not ours to close; a waiting callback is cancelled
    // The callback may be what destroys us: it is emptied, but lives until it returns.
    std::function<void()> last;
    last.swap(watch_->callback);
    asio::post(watch_->descriptor.get_executor(), [last = std::move(last)] {});
}

struct Timer::Wait : std::enable_shared_from_this<Timer::Wait> {
    Wait(asio::io_context& context, std::function<void()> on_time)
        : timer(context), callback(std::move(on_time)) {}

    asio::steady_timer timer;
    std::function<void()> callback;
    unsigned round = 0;  // a callback that was queued before it was cancelled belongs to an earlier round
};

Timer::Timer(Loop& loop, std::function<void()> callback)
    : wait_(std::make_shared<Wait>(loop.context(), std::move(callback))) {}

Timer::~Timer() {
    cancel();
}

void Timer::set(model::Time at) {
    const unsigned round = ++wait_->round;
    wait_->timer.expires_at(
        asio::steady_timer::time_point(std::chrono::duration_cast<asio::steady_timer::duration>(at)));
    wait_->timer.async_wait([wait = wait_, round](const boost::system::error_code& error) {
        if (!error && wait->round == round) wait->callback();
    });
}

void Timer::cancel() {
    ++wait_->round;
    wait_->timer.cancel();
}

}  // namespace supervisor
