// The supervisor of a playground: all policy. Started, and started again, by the playground's keeper.
#pragma once

#include <string>

namespace supervisor {

// The role's main function. Fd 3 is the listening control socket. Returns its exit code when nothing is up
// any more and nobody waits, after telling logger and keeper to end.
int run(const std::string& runtime, const std::string& playground);

}  // namespace supervisor
