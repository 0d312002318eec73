// What makes pgctl a program of which one allocation fails. $HOME/failing-allocation says of which role or
// command, its first argument, and the how manieth: "supervisor 120". It is removed by the process to which
// that has happened, so that it happens once. "supervisor 0" has them counted instead, behind these words.
//
// The linker is told to put these functions in the place of the C library's (man 1 ld, --wrap).
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr off_t kPlaceOfCount = 64;

char control[PATH_MAX];
bool counts = false;
long failing = 0;  // its number; 0: none
std::atomic<long> number = 0;

[[gnu::constructor]] void learn(int argc, char** argv) {
    const char* home = std::getenv("HOME");
    if (home == nullptr || argc < 2) return;
    std::snprintf(control, sizeof control, "%s/failing-allocation", home);
    const int file = ::open(control, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    char text[kPlaceOfCount] = {};
    const ssize_t size = ::read(file, text, sizeof text - 1);
    ::close(file);
    char role[32] = {};
    long at = 0;
    if (size <= 0 || std::sscanf(text, "%31s %ld", role, &at) != 2 || std::strcmp(role, argv[1]) != 0) return;
    counts = at == 0;
    failing = at;
}

void note(long count) {
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%20ld\n", count);
    const int file = ::open(control, O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    [[maybe_unused]] const auto written = ::pwrite(file, text, static_cast<size_t>(length), kPlaceOfCount);
    ::close(file);
}

bool fails() {
    if (!counts && failing == 0) return false;
    const int error = errno;
    const long count = ++number;
    if (counts) note(count);
    const bool this_one = count == failing && ::unlink(control) == 0;
    errno = this_one ? ENOMEM : error;
    return this_one;
}

}  // namespace

extern "C" {

void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_realloc(void* old, size_t size);

void* __wrap_malloc(size_t size) {
    return fails() ? nullptr : __real_malloc(size);
}

void* __wrap_calloc(size_t count, size_t size) {
    return fails() ? nullptr : __real_calloc(count, size);
}

void* __wrap_realloc(void* old, size_t size) {
    return fails() ? nullptr : __real_realloc(old, size);
}
}
