#include "logger/loop.h"

#include <algorithm>
#include <cerrno>

#include "logger/recovery.h"
#include "os/file.h"

namespace logger {

namespace {

constexpr std::chrono::seconds kRetryInterval{1};
constexpr std::uint64_t kCommandsKey = UINT64_MAX;  // a service's key is its place
constexpr std::uint64_t kReportsKey = UINT64_MAX - 1;

std::string boot_id() {
    return os::read_file("/proc/sys/kernel/random/boot_id").value_or("");
}

}  // namespace

struct Loop::Means {
    Journal journal;
    std::unique_ptr<os::PipePeek> peek;
    os::Epoll epoll;
    CommandFifo commands;
    Reports reports;
};

base::Result<std::unique_ptr<Loop>> Loop::make(protocol::RuntimeDirectory runtime, std::string playground,
                                               Transfer::Environment environment) {
    auto journal = Journal::open(runtime.log_journal(), boot_id());
    if (!journal) return base::passed_on(journal.error());
    auto pipe = os::PipePeek::make();
    if (!pipe) return base::passed_on(pipe.error());
    auto peek = std::make_unique<os::PipePeek>(std::move(*pipe));
    auto epoll = os::Epoll::make();
    if (!epoll) return base::passed_on(epoll.error());
    auto commands = CommandFifo::open(runtime.logger_commands(), *peek);
    if (!commands) return base::passed_on(commands.error());
    auto reports = Reports::open(runtime.reports());
    if (!reports) return base::passed_on(reports.error());
    Means means{.journal = std::move(*journal),
                .peek = std::move(peek),
                .epoll = std::move(*epoll),
                .commands = std::move(*commands),
                .reports = std::move(*reports)};
    std::unique_ptr<Loop> loop(
        new Loop(std::move(runtime), std::move(playground), std::move(means), std::move(environment)));
    if (auto started = loop->start(); !started) return base::passed_on(started.error());
    return loop;
}

Loop::Loop(protocol::RuntimeDirectory runtime, std::string playground, Means means,
           Transfer::Environment environment)
    : runtime_(std::move(runtime)),
      playground_(std::move(playground)),
      journal_(std::move(means.journal)),
      peek_(std::move(means.peek)),
      epoll_(std::move(means.epoll)),
      commands_(std::move(means.commands)),
      reports_(std::move(means.reports)),
      transfer_(journal_, *peek_, std::move(environment)),
      files_(playground_) {}

base::Status Loop::start() {
    if (auto recovered = recover(journal_, *peek_, runtime_, playground_); !recovered) return recovered;
    if (auto added = epoll_.add(commands_.fd(), EPOLLIN | EPOLLET, kCommandsKey); !added) return added;
    if (auto added = epoll_.add(reports_.fd(), 0, kReportsKey); !added) return added;
    const auto names = os::list_directory(runtime_.services());
    if (!names && names.error().number != ENOENT) return base::passed_on(names.error());
    for (const std::string& name : names.value_or(std::vector<std::string>())) take_over(name);
    open_deleted_fifos();
    reports_.began();
    return {};
}

// Before the supervisor has told what is up, so that nobody who writes waits for that.
void Loop::take_over(const std::string& name) {
    Service& service = add(name);
    const auto opened = open_fifo(service);
    if (opened) return forget_if_over(service);
    // Only what is worth another try stays: the rest has no FIFO, or none yet.
    if (opened.error().number == EMFILE || opened.error().number == ENFILE) {
        note(service, opened);
    } else {
        forget(service);
    }
}

base::Status Loop::run() {
    while (!finished_) {
        if (auto watched = watch_reports(); !watched) return watched;
        if (auto waited = wait(); !waited) return waited;
        take_commands();
        retry_when_due();
        take_turns();
    }
    return {};
}

base::Status Loop::wait() {
    const auto events = epoll_.wait(time_to_wait());
    if (!events) return base::passed_on(events.error());
    for (const epoll_event& event : *events) {
        if (event.data.u64 == kCommandsKey) {
            commands_waiting_ = true;
        } else if (event.data.u64 == kReportsKey) {
            reports_.flush();
        } else {
            Service& service = services_[event.data.u64];
            // A blocked one has its own time; what it writes meanwhile must not make us try more often.
            if (service.blocked == 0 && !service.name.empty()) make_ready(service);
        }
    }
    return {};
}

std::optional<std::chrono::milliseconds> Loop::time_to_wait() const {
    if (!ready_.empty() || commands_waiting_) return std::chrono::milliseconds(0);
    if (!retry_at_) return std::nullopt;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*retry_at_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

base::Status Loop::watch_reports() {
    if (reports_.waiting() == watching_reports_) return {};
    watching_reports_ = reports_.waiting();
    return epoll_.change(reports_.fd(), watching_reports_ ? std::uint32_t{EPOLLOUT} : 0U, kReportsKey);
}

void Loop::retry_when_due() {
    if (!retry_at_ || std::chrono::steady_clock::now() < *retry_at_) return;
    retry_at_.reset();
    commands_waiting_ = true;
    for (Service& service : services_) {
        if (service.blocked != 0) make_ready(service);
    }
}

void Loop::take_turns() {
    turn_.clear();
    turn_.swap(ready_);
    for (const size_t index : turn_) {
        Service& service = services_[index];
        service.ready = false;
        if (!service.name.empty() && take_turn(service)) make_ready(service);
    }
}

void Loop::make_ready(Service& service) {
    if (service.ready) return;
    service.ready = true;
    ready_.push_back(service.place);
}

// One batch. True: there may be more.
bool Loop::take_turn(Service& service) {
    if (service.blocked == 0) {
        const auto waiting = os::bytes_waiting(service.output.fd.get());
        if (waiting && *waiting == 0) return nothing_more(service);
        if (waiting) enlarge_if_full(service.output, *waiting);
    } else if (auto prepared = prepare(service); !prepared) {
        note(service, prepared);
        return false;
    }
    const auto moved = move_batch(service);
    if (moved || is_empty(moved.error())) note(service, {});
    if (moved) return true;
    if (is_empty(moved.error())) return nothing_more(service);
    note(service, base::passed_on(moved.error()));
    return false;
}

bool Loop::nothing_more(Service& service) {
    if (service.closing) {
        forget(service);
    } else {
        forget_if_over(service);
    }
    return false;
}

// A service that the supervisor has told of is closed by the supervisor: its next life may be just beginning.
// Any other one is down, or its FIFO was replaced, once nobody can write any more; where it comes up after
// all, that is told.
void Loop::forget_if_over(Service& service) {
    if (service.slot != Service::kNoSlot) return;
    std::array<char, 1> byte{};
    const auto count = peek_->peek(service.output.fd.get(), byte);
    if (count && *count == 0) forget(service);
}

// For a log that was blocked: what was missing then may be there now.
base::Status Loop::prepare(Service& service) {
    if (!service.output.fd.valid()) {
        if (auto opened = open_fifo(service); !opened) return opened;
    }
    const auto file = files_.open(service.name);
    if (!file) return base::passed_on(file.error());
    return (*file)->refresh();
}

base::Result<size_t> Loop::move_batch(Service& service) {
    if (journal_.owes_undo()) {
        if (auto settled = settle(journal_, service.name, logs_directory(playground_, service.name));
            !settled) {
            return base::passed_on(settled.error());
        }
    }
    const auto file = files_.open(service.name);
    if (!file) return base::passed_on(file.error());
    const Source source{
        .service = service.name, .fifo = service.output.fd.get(), .identity = service.output.identity};
    auto moved = transfer_.move_batch(source, **file);
    // After an error nothing that was known about the file counts.
    if (!moved && !is_empty(moved.error())) files_.close(service.name);
    return moved;
}

// Remembers whether the log can be written, and says so when that changed.
void Loop::note(Service& service, const base::Status& status) {
    service.blocked = status ? 0 : status.error().number;
    if (service.blocked != 0) try_again_later();
    tell(service);
}

void Loop::try_again_later() {
    if (!retry_at_) retry_at_ = std::chrono::steady_clock::now() + kRetryInterval;
}

void Loop::tell(Service& service) {
    if (service.slot == Service::kNoSlot || service.blocked == service.reported) return;
    service.reported = service.blocked;
    reports_.blocked(service.slot, service.blocked);
}

}  // namespace logger
