#include "keeper/runtime_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "os/file.h"
#include "os/socket.h"
#include "protocol/records.h"

namespace keeper {

namespace {

constexpr int kBacklog = 4096;

os::FileIdentity identity_at(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 ? os::identity_of(found) : os::FileIdentity();
}

// Nobody else may have put something in the way while the directory was missing.
base::Status private_directory(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return base::system_error(path);
    if (!S_ISDIR(found.st_mode)) return base::system_error(path, ENOTDIR);
    if (found.st_uid != ::geteuid() || (found.st_mode & 0077) != 0) return base::system_error(path, EPERM);
    return {};
}

// What `old` holds and nobody has read goes on in `fresh`.
void take_along(const os::Fd& old, const os::Fd& fresh) {
    // Opened anew: the flag that keeps us from waiting belongs to everybody who has the descriptor.
    const auto reader = os::open("/proc/self/fd/" + std::to_string(old.get()), O_RDONLY | O_NONBLOCK);
    if (!reader) return;
    std::array<char, sizeof(protocol::Report)> report;
    while (true) {
        const auto count = os::read_some(reader->get(), report);
        if (!count || *count != report.size()) return;
        static_cast<void>(os::write_all(fresh.get(), {report.data(), report.size()}));
    }
}

}  // namespace

base::Status RuntimeFiles::make() {
    if (auto made = make_directory(); !made) return made;
    if (auto taken = take_lock(); !taken) return taken;
    if (auto made = make_reports(); !made) return made;
    if (auto made = make_fifo(commands_, directory_.keeper_commands(), O_RDWR | O_NONBLOCK); !made)
        return made;
    // Never read here, but held: commands to the logger wait in it until there is one.
    if (auto made = make_fifo(logger_commands_, directory_.logger_commands(), O_RDWR | O_NONBLOCK); !made)
        return made;
    if (auto made = make_socket(); !made) return made;
    return sign_lock();
}

bool RuntimeFiles::in_place() const {
    return os::leads_to(directory_.lock(), lock_) && os::leads_to(directory_.reports(), reports_) &&
           os::leads_to(directory_.keeper_commands(), commands_) &&
           os::leads_to(directory_.logger_commands(), logger_commands_) &&
           identity_at(directory_.socket()) == socket_path_;
}

base::Status RuntimeFiles::make_directory() const {
    if (auto made = os::make_directories(directory_.root(), 0700); !made) return made;
    return private_directory(directory_.root());
}

base::Status RuntimeFiles::take_lock() {
    if (os::leads_to(directory_.lock(), lock_)) return {};
    auto lock = os::open(directory_.lock(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!lock) return base::passed_on(lock.error());
    if (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) return base::system_error(directory_.lock());
    // A lock on a file that was deleted in between keeps nobody out.
    if (!os::leads_to(directory_.lock(), *lock)) return base::system_error(directory_.lock(), EWOULDBLOCK);
    lock_ = std::move(*lock);
    return {};
}

bool RuntimeFiles::lock_is_fresh() const {
    struct stat found {};
    return ::fstat(lock_.get(), &found) == 0 && found.st_size == 0;
}

base::Status RuntimeFiles::sign_lock() const {
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::pwrite(lock_.get(), pid.data(), pid.size(), 0) < 0) return base::system_error(directory_.lock());
    return {};
}

base::Status RuntimeFiles::make_fifo(os::Fd& fifo, const std::string& path, int flags) {
    if (os::leads_to(path, fifo)) return {};
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0 && !S_ISFIFO(found.st_mode)) {
        // The directory is ours and locked: whatever stands there is not what it should be.
        if (const auto removed = os::remove_tree(path); !removed) return base::passed_on(removed.error());
    }
    if (::mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) return base::system_error(path);
    auto opened = os::open(path, flags | O_NOFOLLOW);
    if (!opened) return base::passed_on(opened.error());
    fifo = std::move(*opened);
    ++made_;
    return {};
}

base::Status RuntimeFiles::make_reports() {
    if (os::leads_to(directory_.reports(), reports_)) return {};
    os::Fd fresh;
    if (auto made = make_fifo(fresh, directory_.reports(), O_RDWR); !made) return made;
    // One of its own: that it does not block belongs to everybody who has the descriptor.
    auto at_once = os::open(directory_.reports(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    if (!at_once) return base::passed_on(at_once.error());
    if (reports_.valid()) take_along(reports_, fresh);
    reports_at_once_ = std::move(*at_once);
    reports_ = std::move(fresh);
    return {};
}

base::Status RuntimeFiles::make_socket() {
    if (socket_.valid() && identity_at(directory_.socket()) == socket_path_) return {};
    auto socket = os::listen_at(directory_.socket(), kBacklog);
    if (!socket) return base::passed_on(socket.error());
    socket_ = std::move(*socket);
    ++made_;
    socket_path_ = identity_at(directory_.socket());
    return {};
}

void RuntimeFiles::close_in_child() const {
    for (const os::Fd* fd : {&lock_, &socket_, &reports_at_once_, &commands_, &logger_commands_})
        ::close(fd->get());
}

}  // namespace keeper
