// The supervisor's event loop: readable fds and one-shot timers, all callbacks on its one thread.
// Used by everything in supervisor/ that waits. It hides Asio, whose headers cost seconds in each file that
// sees them.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "model/service.h"

namespace boost::asio {
class io_context;
}

namespace supervisor {

class Loop {
  public:
    Loop();
    ~Loop();

    // Until stop().
    void run();
    void stop();
    // Calls `work` soon, from the loop.
    void post(std::function<void()> work);

    // Keeps `work` alive until it has been let go, which it may do itself, or until run() returns.
    void keep(std::shared_ptr<void> work);
    void let_go(const void* work);

    [[nodiscard]] boost::asio::io_context& context();

  private:
    friend class Timer;
    struct Timers;
    struct Dropping;

    void drop_kept();

    std::unique_ptr<boost::asio::io_context> context_;
    std::unique_ptr<Timers> timers_;
    std::map<const void*, std::shared_ptr<void>> kept_;
};

// Calls back whenever `fd` is readable, for as long as this object lives. The fd stays the caller's and
// outlives it.
class Readable {
  public:
    Readable(Loop& loop, int fd, std::function<void()> callback);
    ~Readable();

  private:
    struct Watch;
    std::shared_ptr<Watch> watch_;
};

// Calls back once, at the set time of the monotonic clock; setting it again replaces the earlier time. It
// does not outlive its loop. Asio's own timers are not used: they go on waking the process every five minutes
// after the last one was cancelled, and an idle supervisor is not to wake at all.
class Timer {
  public:
    Timer(Loop& loop, std::function<void()> callback);
    ~Timer();
    void set(model::Time at);
    void cancel();

  private:
    friend class Loop;
    struct Wait;
    Loop& loop_;
    std::shared_ptr<Wait> wait_;
};

}  // namespace supervisor
