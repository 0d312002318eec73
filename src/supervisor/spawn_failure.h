// Why a ./run could not be executed, in the words its author needs. Used by the service's shell.
#pragma once

#include <string>
#include <string_view>

#include "protocol/records.h"

namespace supervisor {

// The interpreter named by a "#!" line at the start of `script`, empty where there is none. Pure.
[[nodiscard]] std::string interpreter_of(std::string_view script);

// "exec: No such file or directory (interpreter /bin/bsh)". `script` is the content of ./run, as far as
// known. Pure.
[[nodiscard]] std::string describe_spawn_failure(protocol::SpawnStage stage, int error,
                                                 std::string_view script);

}  // namespace supervisor
