// Descriptors that a supervisor keeps open while it executes as the playground's next keeper: the output of
// services that have no keeper of their own. What one wrote that has ended by then waits in a pipe which
// nobody else holds until the next supervisor and the next logger do. Used by these two roles.
#pragma once

#include <vector>

namespace protocol {

// Makes them survive the execution that follows, under numbers that no descriptor of a keeper's has; as many
// as the limit allows.
void hand_over(const std::vector<int>& fds);
// In the keeper, and in what it forks: closes them. Async-signal-safe.
void close_handed_over();

}  // namespace protocol
