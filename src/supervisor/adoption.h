// What a new supervisor still has to be told before it knows how things stand: the word of each service's
// keeper that it asked, and that the earlier supervisor's last commands are done. Used by the playground,
// which answers nobody before. It asks nobody itself.
#pragma once

#include <sys/types.h>

#include <set>

namespace supervisor {

class Adoption {
  public:
    // `keeper` was asked.
    void ask(pid_t keeper) { asked_.insert(keeper); }
    void ask_for_sync() { synced_ = false; }
    // It has answered, or has ended.
    void told(pid_t keeper) { asked_.erase(keeper); }
    void synced() { synced_ = true; }
    // Nobody is waited for any longer: a keeper that somebody has stopped must not keep all from being
    // answered.
    void give_up() {
        asked_.clear();
        synced_ = true;
    }
    [[nodiscard]] bool complete() const { return synced_ && asked_.empty(); }

  private:
    std::set<pid_t> asked_;
    bool synced_ = true;
};

}  // namespace supervisor
