#include "keeper/title.h"

#include <cstddef>
#include <cstring>

namespace keeper {

namespace {

char* room_begin = nullptr;
char* room_end = nullptr;

}  // namespace

void remember_command_line(int argc, char** argv, char** environment) {
    room_begin = argv[0];
    room_end = argv[argc - 1] + std::strlen(argv[argc - 1]) + 1;
    // The environment's strings follow those of the arguments without a gap.
    for (char** variable = environment; *variable != nullptr && *variable == room_end; ++variable) {
        room_end = *variable + std::strlen(*variable) + 1;
    }
}

void set_command_line(const char* text) {
    const auto room = static_cast<std::size_t>(room_end - room_begin);
    if (room < 2) return;
    // Arguments end with NUL in /proc/<pid>/cmdline; a blank between them reads the same in ps.
    std::size_t length = std::strlen(text);
    if (length > room - 1) length = room - 1;
    std::memcpy(room_begin, text, length);
    std::memset(room_begin + length, 0, room - length);
}

}  // namespace keeper
