// Whether a client upgrades what runs by itself, and what is said of an upgrade. Used by the playground's
// client and the command upgrade. Pure.
#pragma once

#include <string>
#include <string_view>

#include "protocol/messages.h"

namespace cli {

// A program, as far as another one is concerned.
struct Program {
    std::string version;   // "6.0.0"
    std::string identity;  // os::program_identity()
};

// By the numbers between the dots; what follows them does not count.
[[nodiscard]] bool is_newer(std::string_view version, std::string_view other);

// Not where an upgrade to this very program has failed: it is tried again when the user asks for it.
[[nodiscard]] bool upgrades_by_itself(const Program& ours, const protocol::Status& running);

// "Upgraded: 6.0.0 -> 6.0.1", or "Downgraded: …".
[[nodiscard]] std::string upgraded_text(std::string_view from, std::string_view to);
// "Already current: 6.0.1"
[[nodiscard]] std::string already_current_text(std::string_view version);
// "not upgraded, 6.0.0 goes on: 6.0.1: its supervisor ended with SIGSEGV"
[[nodiscard]] std::string not_upgraded_text(std::string_view from, std::string_view to,
                                            std::string_view failure);

}  // namespace cli
