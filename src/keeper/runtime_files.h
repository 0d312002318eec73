// What the playground's keeper holds in the runtime directory: its lock, the control socket, and the FIFOs of
// records. Used by it alone. It makes them, also once more where somebody deleted them under it, and neither
// reads nor writes any but to take along what waits in one that was deleted.
#pragma once

#include "base/result.h"
#include "os/fd.h"
#include "os/file_identity.h"
#include "protocol/runtime_directory.h"

namespace keeper {

class RuntimeFiles {
  public:
    explicit RuntimeFiles(protocol::RuntimeDirectory directory) : directory_(std::move(directory)) {}

    // EWOULDBLOCK: somebody else has it.
    [[nodiscard]] base::Status take_lock();
    // Makes what is not in its place, the lock too; afterwards all of it is, and the lock tells of us.
    [[nodiscard]] base::Status make();
    [[nodiscard]] bool in_place() const;
    // How many of them make() has made so far: as long as that stays the same, who has opened them has what
    // is in its place.
    [[nodiscard]] unsigned made() const { return made_; }
    // The lock was taken and tells of no keeper that ever had it.
    [[nodiscard]] bool lock_is_fresh() const;
    // All but the FIFO of reports, which a service's keeper goes on holding.
    void close_in_child() const;

    [[nodiscard]] int socket() const { return socket_.get(); }
    [[nodiscard]] int reports() const { return reports_.get(); }
    // The same FIFO, by a descriptor that does not block.
    [[nodiscard]] int reports_at_once() const { return reports_at_once_.get(); }
    [[nodiscard]] int commands() const { return commands_.get(); }
    [[nodiscard]] int logger_commands() const { return logger_commands_.get(); }

  private:
    [[nodiscard]] base::Status make_directory() const;
    [[nodiscard]] base::Status make_fifo(os::Fd& fifo, const std::string& path, int flags);
    [[nodiscard]] base::Status make_reports();
    [[nodiscard]] base::Status make_socket();
    [[nodiscard]] base::Status sign_lock() const;

    protocol::RuntimeDirectory directory_;
    os::Fd lock_, socket_, reports_, reports_at_once_, commands_, logger_commands_;
    unsigned made_ = 0;
    os::FileIdentity socket_path_;  // what bind(2) made; a socket's descriptor does not lead to it
};

}  // namespace keeper
