// The file a service's output is written to, <service>/logs/current, with its rotation.
// Used by the logger alone. It never writes through a symbolic link in place of the file, and leaves nothing
// but log files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "logs/wall_time.h"
#include "os/fd.h"
#include "os/file_identity.h"

namespace logs {

// Of contract.md section 5; s6-log calls it n5 s10485760.
struct Rotation {
    std::uint64_t max_bytes = 10485760;  // of one file
    size_t old_files = 5;
};

// Called between the steps of what must survive a SIGKILL at any of them; tests end the process there.
using Seam = std::function<void()>;

class LogFile {
  public:
    // `directory` is the service's logs directory; it is made where missing, with the file, but nothing above
    // it is. It may be a symbolic link of the caller's own; another user's is ELOOP, and so is any link in
    // place of the file.
    [[nodiscard]] static base::Result<LogFile> open(std::string directory);

    // Before every append: finds out how long the file is, and opens or makes it anew where it was deleted,
    // moved or replaced.
    [[nodiscard]] base::Status refresh();
    // All of it or nothing, except where torn() says so.
    [[nodiscard]] base::Status append(std::string_view bytes);
    // The last append failed, and what it had written could not be taken back either (undo_append does,
    // later).
    [[nodiscard]] bool torn() const { return torn_; }
    // Makes this an old file and begins a new one. Can be interrupted anywhere and simply be asked for again.
    [[nodiscard]] base::Status rotate(WallTime now, const Rotation& rotation, const Seam& after_step = {});

    [[nodiscard]] std::uint64_t size() const { return size_; }
    // The last line has no end yet.
    [[nodiscard]] bool mid_line() const { return mid_line_; }
    [[nodiscard]] os::FileIdentity identity() const { return identity_; }
    [[nodiscard]] static std::string path_in(const std::string& directory) { return directory + "/current"; }

  private:
    explicit LogFile(std::string directory) : directory_(std::move(directory)) {}
    [[nodiscard]] base::Status reopen();
    [[nodiscard]] base::Status find_line_state();

    std::string directory_;
    os::Fd file_;
    os::FileIdentity identity_;
    std::uint64_t size_ = 0;
    bool mid_line_ = false;
    bool torn_ = false;
};

// Cuts the file back to `size` where it still is the same file and longer than that. A file that is gone
// needs nothing.
[[nodiscard]] base::Status undo_append(const std::string& directory, os::FileIdentity identity,
                                       std::uint64_t size);

}  // namespace logs
