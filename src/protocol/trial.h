// What a role says that was started from a program on trial (model/upgrade.h): that it is fit, or why it is
// not. Used by the supervisor and the logger; the playground's keeper listens. It ends nothing.
#pragma once

#include <string>

#include "base/result.h"
#include "protocol/runtime_directory.h"

namespace protocol {

// The environment variable that tells a role that it is on trial.
inline constexpr const char* kTrialVariable = "PGCTL_TRIAL";
// The exit code of a role on trial that has left the reason in RuntimeDirectory::unfit().
inline constexpr int kUnfit = 4;

[[nodiscard]] bool on_trial();
// Once it can do its work, for as long as nothing goes wrong.
[[nodiscard]] base::Status tell_fit(const RuntimeDirectory& directory);
// One line for a person. Returns the exit code.
[[nodiscard]] int tell_unfit(const RuntimeDirectory& directory, const std::string& reason);

}  // namespace protocol
