#include "model/upgrade.h"

namespace model {

void Upgrade::begin(Time now) {
    deadline_ = now + kLongestTrial;
    proofs_ = {};
}

void Upgrade::started(OurRole role) {
    if (on_trial()) of(role) = Proof::started;
}

UpgradeVerdict Upgrade::fit(OurRole role) {
    if (!on_trial() || of(role) != Proof::started) return {};
    of(role) = Proof::fit;
    for (const Proof proof : proofs_) {
        if (proof != Proof::fit) return {};
    }
    deadline_.reset();
    return {.is = UpgradeVerdict::Is::accepted};
}

UpgradeVerdict Upgrade::ended(OurRole role, int wait_status) {
    if (!on_trial() || of(role) == Proof::old_program) return {};
    return reject(role == OurRole::supervisor ? UpgradeFault::supervisor_ended : UpgradeFault::logger_ended,
                  wait_status);
}

UpgradeVerdict Upgrade::time_passed(Time now) {
    if (!on_trial() || now < *deadline_) return {};
    const bool supervisor_is_fit = of(OurRole::supervisor) == Proof::fit;
    return reject(supervisor_is_fit ? UpgradeFault::logger_silent : UpgradeFault::supervisor_silent, 0);
}

UpgradeVerdict Upgrade::reject(UpgradeFault fault, int status) {
    deadline_.reset();
    return {.is = UpgradeVerdict::Is::rejected, .fault = fault, .status = status};
}

}  // namespace model
