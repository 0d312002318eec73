// The supervisor's way to the playground's keeper, to the logger and to the services' keepers. Used by
// services and the playground. A command is one write or one signal; what comes of it is told by a Report,
// never by these calls.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "base/result.h"
#include "os/fd.h"
#include "os/process.h"
#include "protocol/records.h"
#include "protocol/runtime_directory.h"
#include "supervisor/loop.h"

namespace supervisor {

// A FIFO of commands that never blocks us: what it does not take at once waits here, in order.
class CommandFifo {
  public:
    explicit CommandFifo(Loop& loop);
    [[nodiscard]] base::Status open(const std::string& path);
    void send(const protocol::Command& command);
    // Calls `empty` once everything was taken; at once where nothing waits.
    void when_taken(std::function<void()> empty);

  private:
    void flush();

    os::Fd fifo_;
    std::deque<protocol::Command> waiting_;
    Timer again_;
    std::function<void()> when_taken_;
};

// Commands to the services' keepers, which are signals with a value. One that can't be sent for want of
// descriptors, or because too many are queued, is sent as soon as it can be, and before any later one.
class KeeperSignals {
  public:
    KeeperSignals(Loop& loop, const os::Proc& proc);
    // False where the keeper is known to be gone.
    [[nodiscard]] bool send(const os::ProcessId& keeper, int number, int value);

  private:
    struct Signal {
        os::ProcessId keeper;
        int number;
        int value;
    };
    [[nodiscard]] base::Status attempt(const Signal& signal) const;
    void flush();

    const os::Proc& proc_;
    std::deque<Signal> waiting_;
    Timer again_;
};

class Commands {
  public:
    explicit Commands(Loop& loop) : keeper_(loop), logger_(loop), signals_(loop, proc_) {}
    [[nodiscard]] base::Status open(const protocol::RuntimeDirectory& directory);

    void fork_keeper(std::uint32_t service, const std::string& name, std::uint32_t generation);
    void sync(std::uint32_t token);
    void start_neighbour(const std::string& file);
    // To the program of `client`, which has to be the one that `program` identifies.
    void upgrade(std::uint32_t token, const std::string& program, pid_t client);
    void open_log(std::uint32_t service, const std::string& name);
    void drain_log(std::uint32_t service, const std::string& name, std::uint32_t token);
    void close_log(std::uint32_t service, const std::string& name);
    // Calls `told` once nothing for the logger waits here any more.
    void when_logger_is_told(std::function<void()> told);
    // Everything is down: the keeper is to end, and the logger with it. `sent` is called when it can know.
    void finish(std::function<void()> sent);

    // What the keeper made in the runtime directory was deleted. It makes it again, and this process ends for
    // it.
    void restore();

    // By signal, to one service's keeper; false where it is gone.
    [[nodiscard]] bool begin_life(const os::ProcessId& keeper, std::uint32_t generation);
    [[nodiscard]] bool ask_standing(const os::ProcessId& keeper);
    void release(const os::ProcessId& keeper);

    [[nodiscard]] const os::Proc& proc() const { return proc_; }

  private:
    os::Proc proc_;
    CommandFifo keeper_;
    CommandFifo logger_;
    KeeperSignals signals_;
};

}  // namespace supervisor
