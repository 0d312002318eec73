// Which version of pgctl this program is. Used wherever one pgctl meets another: in answers, in the state
// file, in what is said of an upgrade. Nothing but a name.
#pragma once

namespace base {

// "6.0.0". In a file of its own, so that a program of another version can be linked from the same layers.
[[nodiscard]] const char* version();

}  // namespace base
