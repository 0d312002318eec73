// The part of the loop that carries out the supervisor's commands. Each can be carried out twice, since a
// logger that is killed in the middle leaves it to its successor.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "logger/loop.h"
#include "os/file.h"

namespace logger {

using protocol::Command;
using protocol::CommandKind;

void Loop::take_commands() {
    // A few at a time, so that a flood of them does not keep the logs waiting.
    for (int taken = 0; commands_waiting_ && taken < 64; ++taken) {
        const auto command = commands_.next();
        if (!command) {
            commands_waiting_ = false;
            return;
        }
        carry_out(*command);
        commands_.done();
    }
}

void Loop::carry_out(const Command& command) {
    switch (command.kind) {
        case CommandKind::open_log:
            return open_log(command);
        case CommandKind::drain_log:
            return drain_log(command);
        case CommandKind::close_log:
            return close_log(command);
        case CommandKind::finish:
            return finish();
        default:
            return;  // not for the logger: scan_command lets none through
    }
}

Service* Loop::find(const std::string& name) {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &services_[found->second];
}

Service& Loop::add(const std::string& name) {
    size_t place = services_.size();
    if (free_.empty()) {
        services_.emplace_back();
    } else {
        place = free_.back();
        free_.pop_back();
    }
    by_name_[name] = place;
    services_[place].place = place;
    services_[place].name = name;
    return services_[place];
}

void Loop::forget(Service& service) {
    const auto found = by_name_.find(service.name);
    if (found != by_name_.end() && found->second == service.place) {
        files_.close(service.name);
        by_name_.erase(found);
    }
    free_.push_back(service.place);
    service = Service{};
}

base::Status Loop::open_fifo(Service& service) {
    auto output = open_output(runtime_.output(service.name));
    if (!output) return base::passed_on(output.error());
    // Edge-triggered: a FIFO that has lost its last writer would otherwise be reported again and again.
    if (auto added = epoll_.add(output->fd.get(), EPOLLIN | EPOLLET, service.place); !added) return added;
    service.output = std::move(*output);
    return {};
}

// Somebody deleted our directory and the supervisor made it anew: processes that write to the old FIFO must
// not be cut off.
void Loop::set_replaced_fifo_aside(const std::string& name) {
    Service* const service = find(name);
    if (service == nullptr || !service->output.fd.valid()) return;
    const auto current = open_output(runtime_.output(name));
    if (!current || current->identity == service->output.identity) return;
    service->replaced = true;
    service->slot = Service::kNoSlot;
    by_name_.erase(name);
    make_ready(*service);
}

void Loop::open_log(const Command& command) {
    set_replaced_fifo_aside(command.name);
    Service* service = find(command.name);
    if (service == nullptr) service = &add(command.name);
    service->slot = command.service;
    service->closing = false;
    note(*service, prepare(*service));
    make_ready(*service);
}

void Loop::drain_log(const Command& command) {
    Service* service = find(command.name);
    if (service == nullptr) {
        service = &add(command.name);
        if (const auto opened = open_fifo(*service); !opened) {
            forget(*service);
            const int status = opened.error().number == ENOENT ? 0 : opened.error().number;
            reports_.drained(command.service, command.generation, command.token, status);
            return;
        }
    }
    service->slot = command.service;
    const base::Status drained = drain(*service);
    reports_.drained(command.service, command.generation, command.token,
                     drained ? 0 : drained.error().number);
}

// Where its log is blocked it is forgotten later, when everything was written.
void Loop::close_log(const Command& command) {
    Service* const service = find(command.name);
    if (service == nullptr) return;
    service->closing = true;
    if (drain(*service)) forget(*service);
}

void Loop::finish() {
    for (Service& service : services_) {
        if (!service.name.empty()) (void)drain(service);
    }
    finished_ = true;
    commands_waiting_ = false;
}

base::Status Loop::drain(Service& service) {
    if (!service.output.fd.valid()) {
        const auto opened = open_fifo(service);
        if (!opened) return opened.error().number == ENOENT ? base::Status{} : opened;
    }
    base::Status drained = drain_waiting(service);
    if (drained) drained = end_line(service);
    // Silence of a blocked log proves nothing.
    if (!drained || service.blocked == 0) note(service, drained);
    return drained;
}

// What is in the FIFO now, and no more than that: others may go on writing for ever.
base::Status Loop::drain_waiting(Service& service) {
    size_t left = os::bytes_waiting(service.output.fd.get()).value_or(0);
    while (left > 0) {
        const auto moved = move_batch(service);
        if (!moved && is_empty(moved.error())) return {};
        if (!moved) return base::passed_on(moved.error());
        left -= std::min(left, *moved);
        note(service, {});
    }
    return {};
}

// Where somebody goes on writing, the line may still go on too.
base::Status Loop::end_line(Service& service) {
    if (os::bytes_waiting(service.output.fd.get()).value_or(0) > 0) return {};
    if (!os::exists(logs::LogFile::path_in(logs_directory(playground_, service.name)))) return {};
    const auto file = files_.open(service.name);
    if (!file) return base::passed_on(file.error());
    return transfer_.end_line(**file);
}

}  // namespace logger
