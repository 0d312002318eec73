// The keeper of another playground, started next to ours because what asked for it lives below ours. Used by
// the playground's keeper. It is no child of ours, so neither a service nor we ourselves wait for its end.
#pragma once

#include <string>

namespace keeper {

// Makes a process that becomes the keeper which the file `path` (protocol::Neighbour) describes, and removes
// the file. Its parent is ours. What fails is seen by whoever asked, who then hears nothing.
void start_neighbour(const std::string& path);

}  // namespace keeper
