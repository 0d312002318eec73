// The keeper of a playground: holds its lock, its socket and its FIFOs, starts supervisor and logger and
// starts them again when they die, tries another program for them when told, forks the services' keepers, and
// reaps whatever falls to it. It decides nothing.
#pragma once

#include <string>

namespace keeper {

// The role's main function; returns its exit code when the supervisor has said that nothing is up any more,
// or at once where another keeper has the lock. kPassedFd is a pipe that is closed as soon as the socket can
// be connected to, and gets a line for the user where that fails.
int run(const std::string& runtime, const std::string& playground);

}  // namespace keeper
