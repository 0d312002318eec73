// The change from one program to another below running services, as a pure state machine. Used by the
// playground's keeper, which ends our roles, starts them again, and asks here whether the new program is
// good. No clock, no fd, no process, no heap.
//
// clang-format off
//   settled   roles run the program that has proven fit    begin() → on trial
//   on trial  each role is the old program's until that    both fit → accepted, and settled with the new program
//             has ended, then the new one's                a new one ended, or the deadline → rejected, and settled
//                                                          with the old program
// clang-format on
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "model/service.h"

namespace model {

// The roles that are replaced. Keepers stay what they are.
enum class OurRole : std::uint8_t { supervisor, logger };

// Why a new program was given up.
enum class UpgradeFault : std::uint32_t {
    none,
    unreachable,  // its file could not be opened, errno `status`
    supervisor_ended,
    logger_ended,  // with wait status `status`
    supervisor_silent,
    logger_silent  // until the deadline
};

// From begin() to the last proof. It takes a tenth of a second; a machine may be a hundred times as slow.
inline constexpr Duration kLongestTrial = std::chrono::seconds(20);

struct UpgradeVerdict {
    enum class Is : std::uint8_t { open, accepted, rejected } is = Is::open;
    UpgradeFault fault = UpgradeFault::none;
    int status = 0;

    bool operator==(const UpgradeVerdict&) const = default;
};

class Upgrade {
  public:
    [[nodiscard]] bool on_trial() const { return deadline_.has_value(); }
    // When time_passed() has to be called, if nothing else happens.
    [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }

    // Not while another is on trial.
    void begin(Time now);
    // The role was started, on trial: by the new program.
    void started(OurRole role);
    // It says that it can do its work.
    [[nodiscard]] UpgradeVerdict fit(OurRole role);
    [[nodiscard]] UpgradeVerdict ended(OurRole role, int wait_status);
    [[nodiscard]] UpgradeVerdict time_passed(Time now);

  private:
    enum class Proof : std::uint8_t { old_program, started, fit };

    UpgradeVerdict reject(UpgradeFault fault, int status);
    [[nodiscard]] Proof& of(OurRole role) { return proofs_[static_cast<std::size_t>(role)]; }

    std::optional<Time> deadline_;
    std::array<Proof, 2> proofs_{};
};

}  // namespace model
