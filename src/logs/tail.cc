#include "logs/tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "os/fd.h"

namespace logs {

namespace {

constexpr std::uint64_t kChunk = 16 * 1024;

// Where the last `lines` lines of `text` begin; npos where it has fewer.
size_t start_of_last_lines(const std::string& text, size_t lines) {
    size_t at = text.size();
    if (text.ends_with('\n')) --at;
    for (; lines > 0; --lines) {
        if (at == 0) return std::string::npos;
        at = text.rfind('\n', at - 1);
        if (at == std::string::npos) return std::string::npos;
    }
    return at + 1;
}

std::string bytes_at(int file, std::uint64_t start, std::uint64_t size) {
    std::string bytes(size, '\0');
    const ssize_t count = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(start));
    bytes.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
    return bytes;
}

}  // namespace

Tail last_lines(int file, size_t lines) {
    struct stat found {};
    if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) return {};
    const auto end = static_cast<std::uint64_t>(found.st_size);
    const std::uint64_t first = end - std::min(end, kTailBytes);
    if (lines == 0) return {.text = "", .end = end};
    std::uint64_t start = end;
    // Twice as much each time, until it is enough.
    for (std::uint64_t size = kChunk; start > first; size *= 2) {
        start = end - std::min(end - first, size);
        Tail tail{.text = bytes_at(file, start, end - start), .end = end};
        const size_t begin = start_of_last_lines(tail.text, lines);
        if (begin == std::string::npos && start > first) continue;
        if (begin != std::string::npos) tail.text.erase(0, begin);
        return tail;
    }
    return {};
}

std::string tail_header(const std::string& shown) {
    return "==> " + shown + " <==\n";
}

std::string tail_text(const std::vector<LogPath>& files, size_t lines) {
    std::string text;
    for (const LogPath& file : files) {
        if (!text.empty()) text += '\n';
        text += tail_header(file.shown);
        const auto opened = os::open(file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (!opened) continue;
        text += last_lines(opened->get(), lines).text;
        if (!text.ends_with('\n')) text += '\n';
    }
    return text;
}

}  // namespace logs
