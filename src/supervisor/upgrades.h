// The upgrades that clients ask for: hands them to the playground's keeper, and remembers how the last one
// ended, also for the supervisor that comes back after it. Used by the API. It ends and starts nothing
// itself.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "model/upgrade.h"
#include "protocol/messages.h"
#include "protocol/records.h"
#include "protocol/runtime_directory.h"
#include "supervisor/commands.h"

namespace supervisor {

// Pure. `status` as told in model/upgrade.h; `reason` is what the new program said itself, empty where
// nothing.
[[nodiscard]] std::string describe_upgrade_failure(model::UpgradeFault fault, int status,
                                                   const std::string& reason);

class Upgrades {
  public:
    // `decided` is called with whether the program that was on trial has proven fit.
    Upgrades(Commands& commands, const protocol::RuntimeDirectory& directory,
             std::function<void(bool fit)> decided)
        : commands_(commands), directory_(directory), decided_(std::move(decided)) {}

    // Reads what an earlier supervisor has noted.
    void open();
    // Another one that was asked for is not decided yet.
    [[nodiscard]] bool pending() const { return pending_; }
    // To the program of `client`; mostly the last that this supervisor is told to do.
    [[nodiscard]] base::Status begin(const protocol::Upgrade& wanted, pid_t client);
    void take(const protocol::Report& report);

    // Why the attempt `token` failed; nothing where it has not.
    [[nodiscard]] std::optional<std::string> failure_of(std::uint32_t token) const;
    // The program that failed last, empty where none did.
    [[nodiscard]] std::string rejected() const { return last_.failure.empty() ? "" : last_.program; }

  private:
    Commands& commands_;
    const protocol::RuntimeDirectory& directory_;
    std::function<void(bool fit)> decided_;
    protocol::Upgrade last_;
    bool pending_ = false;
};

}  // namespace supervisor
