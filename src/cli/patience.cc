#include "cli/patience.h"

#include <utility>

namespace cli {

namespace {

// A supervisor that dies later than this after a request was not unable to work.
constexpr std::chrono::seconds kWorked{1};
constexpr int kMostDeaths = 20;
// After this long without an answer we look, and then again and again.
constexpr std::chrono::seconds kSuspicious{2};
constexpr std::chrono::seconds kBetweenLooks{1};

}  // namespace

bool Patience::lasts(Moment asked, Moment now) {
    if (now - asked > kWorked) {
        deadline_ = now + kPatience;
        ++deaths_;
    }
    return now <= deadline_ && deaths_ < kMostDeaths;
}

Suspicion::Suspicion(Moment asked) : next_(asked + kSuspicious) {}

bool Suspicion::grows(bool stopped, Moment now) {
    const bool in_a_row = now - next_ <= kBetweenLooks;
    next_ = now + kBetweenLooks;
    const bool before = std::exchange(stopped_, stopped);
    return before && stopped && in_a_row;
}

}  // namespace cli
