#include "supervisor/commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "os/clock.h"
#include "os/shortage.h"
#include "protocol/keeper_signals.h"

namespace supervisor {

using protocol::Command;
using protocol::CommandKind;

namespace {

constexpr std::chrono::milliseconds kFullFifoPause{5};
constexpr std::chrono::milliseconds kShortagePause{50};

Command named(CommandKind kind, std::uint32_t service, const std::string& name) {
    Command command{.kind = kind, .service = service};
    command.set_name(name);
    return command;
}

}  // namespace

CommandFifo::CommandFifo(Loop& loop) : again_(loop, [this] { flush(); }) {}

base::Status CommandFifo::open(const std::string& path) {
    // Read and write, so that it can be opened, and commands can wait in it, while its reader is being
    // replaced.
    auto fifo = os::open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    if (!fifo) return base::passed_on(fifo.error());
    fifo_ = std::move(*fifo);
    return {};
}

void CommandFifo::send(const Command& command) {
    waiting_.push_back(command);
    flush();
}

void CommandFifo::flush() {
    while (!waiting_.empty()) {
        const ssize_t count = ::write(fifo_.get(), &waiting_.front(), sizeof(Command));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return again_.set(os::monotonic_now() + kFullFifoPause);
        waiting_.pop_front();
    }
    if (when_taken_) std::exchange(when_taken_, nullptr)();
}

void CommandFifo::when_taken(std::function<void()> empty) {
    when_taken_ = std::move(empty);
    flush();
}

KeeperSignals::KeeperSignals(Loop& loop, const os::Proc& proc)
    : proc_(proc), again_(loop, [this] { flush(); }) {}

bool KeeperSignals::send(const os::ProcessId& keeper, int number, int value) {
    const Signal signal{.keeper = keeper, .number = number, .value = value};
    if (waiting_.empty()) {
        const auto sent = attempt(signal);
        if (sent || !os::is_shortage(sent.error().number)) return sent.has_value();
    }
    waiting_.push_back(signal);
    again_.set(os::monotonic_now() + kShortagePause);
    return true;
}

base::Status KeeperSignals::attempt(const Signal& signal) const {
    const auto process = os::Process::open(proc_, signal.keeper);
    if (!process) return base::passed_on(process.error());
    return process->queue(signal.number, signal.value);
}

void KeeperSignals::flush() {
    while (!waiting_.empty()) {
        const auto sent = attempt(waiting_.front());
        if (!sent && os::is_shortage(sent.error().number))
            return again_.set(os::monotonic_now() + kShortagePause);
        waiting_.pop_front();
    }
}

base::Status Commands::open(const protocol::RuntimeDirectory& directory) {
    if (auto opened = keeper_.open(directory.keeper_commands()); !opened) return opened;
    return logger_.open(directory.logger_commands());
}

void Commands::fork_keeper(std::uint32_t service, const std::string& name, std::uint32_t generation) {
    Command command = named(CommandKind::fork_keeper, service, name);
    command.generation = generation;
    keeper_.send(command);
}

void Commands::sync(std::uint32_t token) {
    keeper_.send(Command{.kind = CommandKind::sync, .token = token});
}

void Commands::start_neighbour(const std::string& file) {
    keeper_.send(named(CommandKind::start_neighbour, 0, file));
}

void Commands::upgrade(std::uint32_t token, const std::string& program, pid_t client) {
    Command command{.kind = CommandKind::upgrade, .token = token, .pid = client};
    command.set_name(program);
    keeper_.send(command);
}

void Commands::open_log(std::uint32_t service, const std::string& name) {
    logger_.send(named(CommandKind::open_log, service, name));
}

void Commands::drain_log(std::uint32_t service, const std::string& name, std::uint32_t token) {
    Command command = named(CommandKind::drain_log, service, name);
    command.token = token;
    logger_.send(command);
}

void Commands::close_log(std::uint32_t service, const std::string& name) {
    logger_.send(named(CommandKind::close_log, service, name));
}

void Commands::when_logger_is_told(std::function<void()> told) {
    logger_.when_taken(std::move(told));
}

void Commands::finish(std::function<void()> sent) {
    keeper_.send(Command{.kind = CommandKind::finish});
    keeper_.when_taken(std::move(sent));
}

void Commands::restore() {
    keeper_.send(Command{.kind = CommandKind::restore});
}

bool Commands::begin_life(const os::ProcessId& keeper, std::uint32_t generation) {
    return signals_.send(keeper, protocol::spawn_signal(), static_cast<int>(generation));
}

bool Commands::ask_standing(const os::ProcessId& keeper) {
    return signals_.send(keeper, protocol::report_signal(), 0);
}

void Commands::release(const os::ProcessId& keeper) {
    // One that is gone is released.
    static_cast<void>(signals_.send(keeper, protocol::release_signal(), 0));
}

}  // namespace supervisor
