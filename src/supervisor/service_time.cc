// What a service's shell has to do with time: what is known before a time-out is believed, and how much of it
// does not count.
#include <unistd.h>

#include <algorithm>

#include "os/clock.h"
#include "supervisor/begun_life.h"
#include "supervisor/service.h"

namespace supervisor {

void Service::time_passed() {
    if (check_) check_->look();
    // First what time it is, then what was lost: where we are not let run in between, that is counted.
    const model::Time now = os::monotonic_now();
    const model::Duration lost = lost_of_time_out(now);
    // It is put off by that, and counting goes on.
    if (time_out_) *time_out_ += lost;
    handle(model::TimePassed{.lost = lost}, now);
}

void Service::catch_up() {
    if (notification_watch_) notified();
    time_passed();
}

void Service::watch_time_out(model::Time now) {
    const auto time_out = model::time_out(record_.service, policy());
    if (time_out == time_out_) return;
    time_out_ = time_out;
    if (!time_out_) return lost_time_.end();
    lost_time_.begin(around_.commands.proc(), {::getpid(), record_.keeper.pid});
    lost_time_.add(os::monotonic_now() - now);
}

model::Duration Service::lost_of_time_out(model::Time now) {
    if (!time_out_ || *time_out_ > now) return {};
    const os::Proc& proc = around_.commands.proc();
    const bool waits_for_logger = std::holds_alternative<model::Draining>(record_.service.state);
    const model::Duration ours =
        lost_time_.take(proc, {::getpid(), record_.keeper.pid, waits_for_logger ? around_.logger() : 0});
    return std::max(ours, lost_check_time_.take(proc, check()));
}

model::ServiceStatus Service::status(pid_t untold_keeper) const {
    const model::Time now = os::monotonic_now();
    const pid_t keeper = record_.keeper.pid != 0 ? record_.keeper.pid : untold_keeper;
    std::optional<int> living;
    if (std::holds_alternative<model::Spawning>(record_.service.state) && keeper != 0) {
        const auto since = os::boot_ticks(os::boot_now() - (now - record_.service.last_spawn));
        living = begun_life(around_.commands.proc(), keeper, since);
    }
    return model::status_of(record_.service, policy(), now, living);
}

// A check may be seen to have passed before it is told that the life which it was for is over: then somebody
// else has answered it.
void Service::check_ended(bool passed) {
    const std::uint32_t generation = record_.service.generation;
    end_check();
    if (passed) around_.take_reports();
    if (record_.service.generation != generation) return;
    (passed && main_has_ended()) ? handle(model::CheckImpossible{})
                                 : handle(model::CheckEnded{.passed = passed});
}

bool Service::main_has_ended() const {
    const auto stat = around_.commands.proc().stat(record_.main.pid);
    return !stat || stat->state == 'Z' || stat->state == 'X';
}

}  // namespace supervisor
