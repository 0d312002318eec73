#include "logs/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "logs/archive.h"
#include "os/file.h"

namespace logs {

namespace {

void step(const Seam& after_step) {
    if (after_step) after_step();
}

base::Status check_directory(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return base::system_error(path);
    if (S_ISDIR(found.st_mode)) return {};
    if (!S_ISLNK(found.st_mode)) return base::system_error(path, ENOTDIR);
    if (found.st_uid != ::geteuid()) return base::system_error(path, ELOOP);
    return {};
}

base::Status make_directory(const std::string& path) {
    const base::Status usable = check_directory(path);
    if (usable || usable.error().number != ENOENT) return usable;
    if (::mkdir(path.c_str(), 0777) == 0) return {};
    return errno == EEXIST ? check_directory(path) : base::system_error(path);
}

// The last byte of a file that is not empty.
base::Result<char> last_byte(int file, std::uint64_t size) {
    char byte = '\n';
    if (::pread(file, &byte, 1, static_cast<off_t>(size - 1)) < 0) return base::system_error("pread");
    return byte;
}

base::Result<bool> last_archive_lacks_newline(const std::string& directory) {
    const auto names = os::list_directory(directory);
    if (!names) return base::passed_on(names.error());
    const auto archives = archives_among(*names);
    if (archives.empty()) return false;
    const auto file = os::open(directory + "/" + archives.back(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return base::passed_on(file.error());
    struct stat found {};
    if (::fstat(file->get(), &found) != 0) return base::system_error(directory);
    if (found.st_size == 0) return false;
    const auto byte = last_byte(file->get(), static_cast<std::uint64_t>(found.st_size));
    if (!byte) return base::passed_on(byte.error());
    return *byte != '\n';
}

}  // namespace

base::Result<LogFile> LogFile::open(std::string directory) {
    LogFile file(std::move(directory));
    if (auto opened = file.reopen(); !opened) return base::passed_on(opened.error());
    return file;
}

base::Status LogFile::reopen() {
    if (auto made = make_directory(directory_); !made) return made;
    const std::string path = path_in(directory_);
    // O_NONBLOCK: a FIFO in its place must not hang us.
    auto file = os::open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0666);
    if (!file) return base::passed_on(file.error());
    struct stat found {};
    if (::fstat(file->get(), &found) != 0) return base::system_error(path);
    if (!S_ISREG(found.st_mode)) return base::system_error(path, EINVAL);
    file_ = std::move(*file);
    identity_ = os::identity_of(found);
    size_ = static_cast<std::uint64_t>(found.st_size);
    return find_line_state();
}

// Read from the files themselves, so that there is nothing to remember across the end of a logger. An empty
// file goes on with a line that the last old one did not end: a line that was too long for one file.
base::Status LogFile::find_line_state() {
    if (size_ > 0) {
        const auto byte = last_byte(file_.get(), size_);
        if (!byte) return base::passed_on(byte.error());
        mid_line_ = *byte != '\n';
        return {};
    }
    const auto unfinished = last_archive_lacks_newline(directory_);
    if (!unfinished) return base::passed_on(unfinished.error());
    mid_line_ = *unfinished;
    return {};
}

base::Status LogFile::refresh() {
    struct stat found {};
    // By its path: a deleted directory, a file that was moved away, a link put in its place all show here.
    if (::lstat(path_in(directory_).c_str(), &found) != 0) {
        return errno == ENOENT ? reopen() : base::system_error(path_in(directory_));
    }
    if (os::identity_of(found) != identity_) return reopen();
    const auto size = static_cast<std::uint64_t>(found.st_size);
    if (size == size_) return {};
    size_ = size;  // somebody else cut or wrote it
    return find_line_state();
}

base::Status LogFile::append(std::string_view bytes) {
    if (const auto written = os::write_all(file_.get(), bytes); !written) {
        torn_ = ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0;
        return base::system_error(path_in(directory_), written.error().number);
    }
    size_ += bytes.size();
    if (!bytes.empty()) mid_line_ = bytes.back() != '\n';
    return {};
}

base::Status LogFile::rotate(WallTime now, const Rotation& rotation, const Seam& after_step) {
    const auto names = os::list_directory(directory_);
    if (!names) return base::passed_on(names.error());
    auto archives = archives_among(*names);
    const std::string archive = next_archive_name(archives, now);
    if (::rename(path_in(directory_).c_str(), (directory_ + "/" + archive).c_str()) != 0) {
        return base::system_error(path_in(directory_));
    }
    step(after_step);
    archives.push_back(archive);
    // Before the new file is made, so that on a full disk there is room for it. What cannot be removed goes
    // next time.
    for (const std::string& old : surplus_archives(std::move(archives), rotation.old_files)) {
        (void)::unlink((directory_ + "/" + old).c_str());
        step(after_step);
    }
    return reopen();
}

base::Status undo_append(const std::string& directory, os::FileIdentity identity, std::uint64_t size) {
    const auto gone = [](int number) { return number == ENOENT || number == ENOTDIR || number == ELOOP; };
    const auto file = os::open(LogFile::path_in(directory), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (!file) return gone(file.error().number) ? base::Status{} : base::passed_on(file.error());
    struct stat found {};
    if (::fstat(file->get(), &found) != 0) return base::system_error(LogFile::path_in(directory));
    if (os::identity_of(found) != identity || static_cast<std::uint64_t>(found.st_size) <= size) return {};
    if (::ftruncate(file->get(), static_cast<off_t>(size)) != 0) {
        return base::system_error(LogFile::path_in(directory));
    }
    return {};
}

}  // namespace logs
