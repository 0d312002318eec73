#include "logs/log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "logs/tail.h"

namespace logs {

namespace {

constexpr size_t kFirstBytes = 31;  // a stamp, which no other file begins with

std::string bytes_at(int file, std::uint64_t start, size_t size) {
    std::string bytes(size, '\0');
    const ssize_t count = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(start));
    bytes.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
    return bytes;
}

}  // namespace

void LogReader::open() {
    auto file = os::open(path_, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat found {};
    if (!file || ::fstat(file->get(), &found) != 0 || !S_ISREG(found.st_mode)) return;
    file_ = std::move(*file);
    identity_ = os::identity_of(found);
    read_ = 0;
    first_ = bytes_at(file_.get(), 0, kFirstBytes);
}

std::string LogReader::last_lines(size_t lines) {
    open();
    if (!file_.valid()) return "";
    Tail tail = logs::last_lines(file_.get(), lines);
    read_ = tail.end;
    return std::move(tail.text);
}

bool LogReader::path_has_another_file() const {
    struct stat found {};
    return ::stat(path_.c_str(), &found) == 0 && os::identity_of(found) != identity_;
}

std::string LogReader::read_new() {
    if (!file_.valid()) open();
    if (!file_.valid()) return "";
    // Asked before the rest of the old file is read: nothing is added to that one once the path has another.
    const bool replaced = path_has_another_file();
    std::string text = read_on();
    if (!text.empty() || !replaced) return text;
    open();
    return read_on();
}

std::string LogReader::read_on() {
    struct stat found {};
    if (::fstat(file_.get(), &found) != 0) return "";
    const auto size = static_cast<std::uint64_t>(found.st_size);
    if (size < read_) go_back_to(size);
    if (size == read_) return "";
    std::string text = bytes_at(file_.get(), read_, std::min<std::uint64_t>(size - read_, kAtMost));
    read_ += text.size();
    if (first_.size() < kFirstBytes) first_ = bytes_at(file_.get(), 0, kFirstBytes);
    return text;
}

// Somebody emptied the file, and all of it is new; or a logger took back a batch that a killed one had begun
// to write, and the rest has been read.
void LogReader::go_back_to(std::uint64_t size) {
    const std::string first = bytes_at(file_.get(), 0, kFirstBytes);
    read_ = first_.starts_with(first) ? size : 0;
    first_ = first;
}

}  // namespace logs
