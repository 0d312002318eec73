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

void set_command_line(std::initializer_list<std::string_view> parts) {
    if (room_begin == room_end) return;
    // Arguments end with NUL in /proc/<pid>/cmdline; a blank between them reads the same in ps.
    char* end = room_begin;
    for (const std::string_view part : parts) {
        for (const char letter : part) {
            if (end < room_end - 1) *end++ = letter;
        }
    }
    std::memset(end, 0, static_cast<std::size_t>(room_end - end));
}

}  // namespace keeper
