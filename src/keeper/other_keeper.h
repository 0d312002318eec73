// Whether a playground has a keeper already whose lock nobody can see: its runtime directory was deleted, and
// it has not made it again yet. Used by a new keeper whose lock tells of no earlier one. It signals nothing.
#pragma once

#include <string>

namespace keeper {

// Looks through /proc, in a child: what this process allocates, each service's keeper would inherit.
[[nodiscard]] bool other_keeper_lives(const std::string& runtime, const std::string& playground);

}  // namespace keeper
