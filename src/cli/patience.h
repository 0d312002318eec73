// How long a command goes on with a supervisor that dies under its request, or does not answer it. Used by
// the playground's client. Pure: the time is the caller's, of the monotonic clock.
#pragma once

#include <chrono>

namespace cli {

using Moment = std::chrono::nanoseconds;

// How long a keeper may take to listen, and a dead supervisor to be replaced, on a machine that is short of
// everything.
inline constexpr std::chrono::seconds kPatience{60};

// With supervisors that die under a request, which is sent again then.
class Patience {
  public:
    explicit Patience(Moment now) : deadline_(now + kPatience) {}

    // After one has died, by `now`, that got the request at `asked`: whether to send it again. What was
    // worked on for a while was no failure to answer; but so many that died at work were not killed by
    // somebody.
    [[nodiscard]] bool lasts(Moment asked, Moment now);

  private:
    Moment deadline_;
    int deaths_ = 0;
};

// With one that says nothing. Who is stopped for a moment, by a debugger for instance, answers after that:
// only who is stopped at two looks in a row does not.
class Suspicion {
  public:
    explicit Suspicion(Moment asked);

    // Whether it is time to look whether somebody has stopped it.
    [[nodiscard]] bool is_due(Moment now) const { return now >= next_; }
    // What the look has shown; whether to give it up.
    [[nodiscard]] bool grows(bool stopped, Moment now);

  private:
    Moment next_;
    bool stopped_ = false;  // at the look before
};

}  // namespace cli
