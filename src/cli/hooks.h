// The playground's own programs around a change: pre-start and post-stop. Used by start, stop and debug.
// No lock is held while one runs, and its output goes to the caller as it is.
#pragma once

#include <string>

#include "base/result.h"
#include "config/surroundings.h"

namespace cli {

inline constexpr const char* kPreStart = "pre-start";
inline constexpr const char* kPostStop = "post-stop";

// Runs it, where there is one, in the playground's parent directory. The error names the hook and why it
// failed.
[[nodiscard]] base::Status run_hook(const std::string& name, const std::string& playground,
                                    const config::Surroundings& surroundings);

}  // namespace cli
