// The number of the state file's format. Used by the state file. A program that changes what a slot holds
// takes the next number, and reads the earlier one too where it shall take over from it.
#pragma once

namespace supervisor {

// In a file of its own, so that a program of another format can be linked from the same layers.
[[nodiscard]] int state_format();

}  // namespace supervisor
