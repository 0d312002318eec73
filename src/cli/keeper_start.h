// Starting the keeper of a playground, beside whatever has started us: a keeper below a service of another
// playground would be that service's, and end with it. Used by the playground's client.
#pragma once

#include <string>

#include "base/result.h"
#include "protocol/runtime_directory.h"

namespace cli {

// Returns when the keeper listens, or with what it says is wrong. `directory` exists.
[[nodiscard]] base::Status start_keeper(const std::string& playground,
                                        const protocol::RuntimeDirectory& directory);

}  // namespace cli
