// Where and by whom pgctl was called: for the configuration, and for the services that are started for the
// caller. Used by run and by start. It changes nothing.
#pragma once

#include "base/result.h"
#include "config/surroundings.h"
#include "protocol/messages.h"

namespace cli {

// An error where the working directory was deleted.
[[nodiscard]] base::Result<config::Surroundings> surroundings_of_caller();
// To be called while there is one thread (os/inherited.h).
[[nodiscard]] protocol::Caller caller(const config::Surroundings& surroundings);

}  // namespace cli
