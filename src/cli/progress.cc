#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.h"
#include "cli/output.h"
#include "cli/service_message.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/terminal.h"

namespace cli {

namespace {

// How often the box looks for new lines, and how often we look at all while nothing is asked of us.
constexpr double kRedrawInterval = 0.05, kIdleInterval = 1, kShortestInterval = 0.001;  // seconds

bool wants_log_box(const Session& session) {
    if (session.settings.force_enable_log_viewer) return true;
    if (!session.settings.embedded_log_viewer || session.surroundings.filled_variable("CI")) return false;
    if (!os::is_terminal(STDIN_FILENO) || !os::is_terminal(STDERR_FILENO)) return false;
    // The cursor can't go back to a title that has left the screen.
    const int rows = os::terminal_rows(STDERR_FILENO);
    return rows == 0 || rows > logs::kLogBoxHeight + 1;
}

int columns(const config::Surroundings& surroundings) {
    const auto wished = surroundings.filled_variable("COLUMNS");
    const auto number = wished ? base::non_negative_number(*wished) : std::nullopt;
    if (number && *number >= 1 && *number <= 10000) return static_cast<int>(*number);
    return os::terminal_columns(STDERR_FILENO);
}

std::int64_t wall_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(os::wall_now()).count();
}

}  // namespace

Progress::Progress(const Session& session, Direction direction, const Services& services)
    : session_(session),
      direction_(direction),
      services_(services),
      batch_(session.settings.poll),
      decided_(services.size()) {
    for (size_t place = 0; place < services.size(); ++place) places_[services[place].path] = place;
    if (!wants_log_box(session)) return;
    box_.emplace();
    for (const auto& service : services) box_->add_service(service.name, service.path + "/logs/current");
}

double Progress::interval() const {
    const double longest = box_ ? kRedrawInterval : kIdleInterval;
    return std::clamp(session_.settings.poll, kShortestInterval, longest);
}

size_t Progress::place_of(const std::string& playground, const std::string& name) const {
    const auto found = places_.find(os::join_path(playground, name));
    return found == places_.end() ? services_.size() : found->second;
}

void Progress::take(const std::string& playground, const protocol::Event& event) {
    const std::lock_guard lock(mutex_);
    const auto now = os::monotonic_now();
    if (batch_.is_due(now)) tell_batch();
    batch_.add(place_of(playground, event.service), event, now);
    if (batch_.is_due(now)) tell_batch();
}

void Progress::pass() {
    const std::lock_guard lock(mutex_);
    if (batch_.is_due(os::monotonic_now())) tell_batch();
    if (box_ && box_->poll(columns(session_.surroundings))) redraw({});
}

void Progress::finish(bool all_done) {
    const std::lock_guard lock(mutex_);
    decided_.assign(decided_.size(), true);
    tell_batch();
    if (!box_) return;
    redraw({});
    if (all_done) say(message(all_done_text(direction_)));
    box_.reset();
}

// Everything in one write, except that a message, which may take its time and writes by itself, does not hold
// up what is told before it.
void Progress::tell_batch() {
    const auto batch = batch_.take();
    for (const auto& [place, event] : batch) note(place, event);
    bool message_shown = false;  // and so there is no box
    std::string text;
    for (const auto& [place, event] : batch) {
        text += event_text(direction_, event, wall_seconds());
        if (event.event != "started" && event.event != "stopped") continue;
        if (place >= services_.size() || !has_message(direction_, services_[place])) continue;
        tell_without_box(std::exchange(text, {}));
        text = show_message(direction_, services_[place]);
        message_shown = true;
    }
    if (message_shown && box_) return redraw(text);
    tell(text);
}

void Progress::note(size_t place, const protocol::Event& event) {
    if (place >= services_.size() || !is_decision(event)) return;
    decided_[place] = true;
    if (box_) box_->stop(services_[place].name);
}

void Progress::tell(const std::string& text) {
    if (text.empty()) return;
    box_ ? redraw(text) : say(text);
}

void Progress::tell_without_box(std::string text) {
    if (!box_) return say(text);
    if (text.ends_with('\n')) text.pop_back();
    say(box_->redraw("", {text}, columns(session_.surroundings)));
}

void Progress::redraw(std::string text) {
    if (text.ends_with('\n')) text.pop_back();  // the box ends each change itself
    const int width = columns(session_.surroundings);
    static_cast<void>(box_->poll(width));
    const auto left = waiting();
    const std::string title = left.empty() ? std::string() : still_text(direction_, left);
    say(box_->redraw(title, text.empty() ? std::vector<std::string>() : std::vector{text}, width));
}

std::vector<std::string> Progress::waiting() const {
    std::vector<std::string> names;
    for (size_t place = 0; place < services_.size(); ++place) {
        if (!decided_[place]) names.push_back(services_[place].name);
    }
    return names;
}

}  // namespace cli
