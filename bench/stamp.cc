// stamp: appends the time at which it was executed (CLOCK_MONOTONIC, nanoseconds, a line) to the file
// `executed` in its working directory and waits for its end. The service whose death and next exec bench/run
// measures.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>

int main() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    char line[32];
    const int length = std::snprintf(line, sizeof line, "%lld\n",
                                     static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
    const int file = ::open("executed", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0 || ::write(file, line, static_cast<size_t>(length)) != length) return 1;
    while (true) ::pause();
}
