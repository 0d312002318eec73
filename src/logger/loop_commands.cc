// The part of the loop that carries out the supervisor's commands. Each can be carried out twice, since a
// logger that is killed in the middle leaves it to its successor.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "logger/held_outputs.h"
#include "logger/loop.h"
#include "os/file.h"

namespace logger {

using protocol::Command;
using protocol::CommandKind;

void Loop::take_commands() {
    // A few at a time, so that a flood of them does not keep the logs waiting.
    for (int taken = 0; commands_waiting_ && taken < 64; ++taken) {
        const auto command = commands_.next();
        if (!command || !*command) {
            commands_waiting_ = false;
            if (!command) try_again_later();
            return;
        }
        carry_out(**command);
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
        case CommandKind::leave:
            return leave(command);
        default:
            return;  // not for the logger: scan_command lets none through
    }
}

Service* Loop::find(const std::string& name) {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &services_[found->second];
}

Service& Loop::place_for(const std::string& name) {
    size_t place = services_.size();
    if (free_.empty()) {
        services_.emplace_back();
    } else {
        place = free_.back();
        free_.pop_back();
    }
    services_[place].place = place;
    services_[place].name = name;
    return services_[place];
}

Service& Loop::add(const std::string& name) {
    Service& service = place_for(name);
    by_name_[name] = service.place;
    return service;
}

void Loop::forget(Service& service) {
    const auto found = by_name_.find(service.name);
    if (found != by_name_.end() && found->second == service.place) {
        files_.close(service.name);
        by_name_.erase(found);
    }
    if (service.replaced) --set_aside_;
    free_.push_back(service.place);
    service = Service{};
}

base::Status Loop::open_fifo(Service& service) {
    auto output = open_output(runtime_.output(service.name));
    if (!output) return base::passed_on(output.error());
    return watch(service, std::move(*output));
}

base::Status Loop::watch(Service& service, OutputFifo output) {
    // Edge-triggered: a FIFO that has lost its last writer would otherwise be reported again and again.
    if (auto added = epoll_.add(output.fd.get(), EPOLLIN | EPOLLET, service.place); !added) return added;
    service.output = std::move(output);
    return {};
}

// Somebody deleted our directory and the supervisor made it anew: processes that write to the old FIFO must
// not be cut off.
void Loop::set_replaced_fifo_aside(const std::string& name) {
    Service* const service = find(name);
    if (service == nullptr || !service->output.fd.valid()) return;
    const auto current = open_output(runtime_.output(name));
    if (!current || current->identity == service->output.identity) return;
    by_name_.erase(name);
    set_aside(*service);
}

void Loop::set_aside(Service& service) {
    service.replaced = true;
    service.slot = Service::kNoSlot;
    ++set_aside_;
    make_ready(service);
}

// Those that only descriptors lead to: an earlier logger held them, and the services' keepers still do.
void Loop::open_deleted_fifos() {
    for (HeldOutput& held : held_outputs(runtime_)) {
        Service& service = place_for(held.service);
        if (watch(service, std::move(held.output))) {
            set_aside(service);
        } else {
            forget(service);
        }
    }
}

void Loop::open_log(const Command& command) {
    set_replaced_fifo_aside(command.name);
    Service* service = find(command.name);
    if (service == nullptr) service = &add(command.name);
    service->slot = command.service;
    service->closing = false;
    service->reported = 0;  // whoever sends this knows nothing of it yet
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
    base::Status drained = drain_set_aside(command.name);
    if (drained) drained = drain(*service);
    reports_.drained(command.service, command.generation, command.token,
                     drained ? 0 : drained.error().number);
}

// Where its log is blocked it is forgotten later, when everything was written.
void Loop::close_log(const Command& command) {
    Service* const service = find(command.name);
    if (service == nullptr) return;
    service->closing = true;
    (void)drain_set_aside(command.name);
    if (drain(*service)) forget(*service);
}

base::Status Loop::drain_set_aside(const std::string& name) {
    if (set_aside_ == 0) return {};
    for (Service& service : services_) {
        if (!service.replaced || service.name != name) continue;
        if (auto drained = drain_waiting(service); !drained) return drained;
    }
    return {};
}

void Loop::finish() {
    for (Service& service : services_) {
        if (!service.name.empty()) (void)drain(service);
    }
    finished_ = true;
    commands_waiting_ = false;
}

// What waits in the FIFOs is the successor's. No batch is in flight, so that the journal holds nothing that
// another program would have to understand. What an earlier logger was told is no matter of ours.
void Loop::leave(const Command& command) {
    if (command.pid != ::getpid()) return;
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
