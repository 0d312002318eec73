#include "logger/commands.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace logger {

namespace {

using protocol::Command;
using protocol::CommandKind;

bool usable_name(const Command& command) {
    const void* const end = std::memchr(command.name, '\0', sizeof command.name);
    if (end == nullptr) return false;
    const std::string_view name = command.name;
    return !name.empty() && name != "." && name != ".." && !name.contains('/');
}

bool sensible(const Command& command) {
    switch (command.kind) {
        case CommandKind::finish:
        case CommandKind::leave:
            return true;
        case CommandKind::open_log:
        case CommandKind::drain_log:
        case CommandKind::close_log:
            return usable_name(command);
        default:
            return false;
    }
}

std::string_view magic_bytes() {
    return {reinterpret_cast<const char*>(&protocol::kRecordMagic), sizeof protocol::kRecordMagic};
}

// Where the next record may begin, after `from`: the magic, or as much of it as there is at the end.
size_t next_start(std::string_view bytes, size_t from) {
    while (from < bytes.size()) {
        const std::string_view rest = bytes.substr(from, magic_bytes().size());
        if (magic_bytes().starts_with(rest)) return from;
        ++from;
    }
    return from;
}

}  // namespace

ScannedCommand scan_command(std::string_view bytes) {
    size_t start = next_start(bytes, 0);
    while (bytes.size() - start >= sizeof(Command)) {
        Command command;
        std::memcpy(&command, bytes.data() + start, sizeof command);
        if (sensible(command)) return {.skip = start, .command = command};
        start = next_start(bytes, start + 1);
    }
    return {.skip = start, .command = std::nullopt};
}

base::Result<CommandFifo> CommandFifo::open(const std::string& path, os::PipePeek& peek) {
    // For writing too: with a writer of its own it never ends.
    auto fd = os::open(path, O_RDWR | O_NONBLOCK);
    if (!fd) return base::passed_on(fd.error());
    return CommandFifo(std::move(*fd), peek);
}

base::Result<std::optional<Command>> CommandFifo::next() {
    std::array<char, 8 * sizeof(Command)> buffer;
    while (true) {
        const auto count = peek_->peek(fd_.get(), buffer);
        if (!count && count.error().number != EAGAIN) return base::passed_on(count.error());
        if (!count || *count == 0) return std::nullopt;
        const ScannedCommand scanned = scan_command({buffer.data(), *count});
        consume(scanned.skip);
        if (scanned.command || scanned.skip == 0) return scanned.command;
    }
}

void CommandFifo::done() {
    consume(sizeof(Command));
}

void CommandFifo::consume(size_t count) {
    std::array<char, sizeof(Command)> buffer;
    while (count > 0) {
        const auto part = os::read_some(fd_.get(), std::span(buffer).first(std::min(count, buffer.size())));
        if (!part || *part == 0) return;
        count -= *part;
    }
}

}  // namespace logger
