// What a service's shell has to do with time: what is known before a time-out is believed, and how much of it
// does not count.
#include "os/clock.h"
#include "supervisor/begun_life.h"
#include "supervisor/service.h"

namespace supervisor {

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

}  // namespace supervisor
