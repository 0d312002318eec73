// What `ps` shows of a keeper that was forked without an exec: its command line, overwritten in place.
// Used by service keepers. It never allocates.
#pragma once

#include <initializer_list>
#include <string_view>

namespace keeper {

// Remembers where the kernel reads the command line (man 5 proc). Call once, from main's arguments.
void remember_command_line(int argc, char** argv, char** environment);

// Replaces it by the `parts` in a row, cut where the room ends (that of the arguments and the environment
// together).
void set_command_line(std::initializer_list<std::string_view> parts);

}  // namespace keeper
