#include "supervisor/playground.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "config/service_settings.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/file_identity.h"
#include "os/path_status.h"
#include "os/pipe.h"
#include "protocol/kept_services.h"
#include "protocol/starter.h"
#include "protocol/titles.h"
#include "supervisor/await_end.h"

namespace supervisor {

using protocol::Report;
using protocol::ReportKind;

namespace {

// How long those who kept the services are waited for: far longer than they take where nobody has stopped
// them.
constexpr std::chrono::seconds kAdoptionTime{2};

// A keeper that was released ends at once, unless somebody has stopped it.
constexpr std::chrono::seconds kLeavingTime{2};

// Of a service whose record was lost: its keeper is asked, and the answer makes it what it is. What its
// caller wanted of time-outs is lost, too.
Record running_record(const Service& service) {
    Record record{.name = service.name()};
    record.settings =
        config::load_service_settings(service.path(), service.name(), {}).value_or(config::ServiceSettings());
    record.service.wanted = model::Wanted::up;
    record.service.state = model::Running{};
    return record;
}

}  // namespace

Playground::Playground(Loop& loop, const protocol::RuntimeDirectory& directory, std::string path,
                       Outlets outlets)
    : loop_(loop),
      commands_(loop),
      orphans_(loop, commands_.proc()),
      around_{.loop = loop,
              .commands = commands_,
              .state_file = state_file_,
              .callers = callers_,
              .memory_watch = memory_watch_,
              .orphans = orphans_,
              .directory = directory,
              .playground = std::move(path),
              .schedule = [this](Service& service, std::optional<model::Time> at) { schedule(service, at); },
              .stepped = [this](Service& service) { stepped(service); },
              .keeper_lost = [this](pid_t keeper) { keeper_lost(keeper); },
              .keeper_leaves = [this](const os::ProcessId& keeper) { leaving_.push_back(keeper); },
              .fallen = [this](const Service& service) { return fallen(service); },
              .take_reports = [this] { take_reports(); },
              .logger = [this] { return logger_watch_.logger(protocol::starter()); },
              .logger_trouble = [this] { return logger_watch_.trouble(protocol::starter()); }},
      adoption_timer_(loop,
                      [this] {
                          if (adopted()) return;
                          adoption_.give_up();
                          outlets_.adopted();
                      }),
      timer_(loop, [this] { time_passed(); }),
      outlets_(std::move(outlets)),
      escaped_(commands_.proc(), around_.directory, around_.playground),
      upgrades_(commands_, around_.directory, [this](bool fit) { outlets_.upgrade_decided(fit); }),
      logger_watch_(commands_.proc()) {
    services_.resize(1);
    due_at_.resize(1);
}

base::Status Playground::open() {
    if (auto made = os::make_directories(around_.directory.services(), 0700); !made) return made;
    if (auto opened = commands_.open(around_.directory); !opened) return opened;
    auto reports = os::open(around_.directory.reports(), O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    if (!reports) return base::passed_on(reports.error());
    reports_ = std::move(*reports);
    auto state = StateFile::open(around_.directory.state(), commands_.proc().boot_id());
    if (!state) return base::passed_on(state.error());
    state_file_ = std::move(*state);
    upgrades_.open();
    restore();
    reports_watch_ = std::make_unique<Readable>(loop_, reports_.get(), [this] { take_reports(); });
    return {};
}

void Playground::restore() {
    for (size_t slot = 1; slot < state_file_.found().size(); ++slot) {
        const auto& record = state_file_.found()[slot];
        services_.push_back(
            std::make_unique<Service>(around_, static_cast<std::uint32_t>(slot), record ? record->name : ""));
        due_at_.emplace_back();
        if (!record) continue;
        by_name_[record->name] = services_.back().get();
        adopt(*services_.back(), *record);
    }
    adopt_unknown();
    memory_watch_.look();
    if (up_.empty()) return;
    adoption_.ask_for_sync();
    commands_.sync(1);
    adoption_timer_.set(os::monotonic_now() + kAdoptionTime);
}

void Playground::adopt(Service& service, const Record& record) {
    service.restore(record);
    if (!service.down()) up_.insert(&service);
    if (service.keeper() == 0) return;
    by_keeper_[service.keeper()] = &service;
    if (!service.down()) adoption_.ask(service.keeper());
}

// Keepers that the state file does not tell of: they were forked or released in the last moment of an earlier
// supervisor, or the file was lost or damaged.
void Playground::adopt_unknown() {
    std::vector<pid_t> unknown = commands_.proc().children(protocol::starter());
    std::erase_if(unknown, [this](pid_t pid) { return by_keeper_.contains(pid); });
    for (const protocol::KeptService& kept : protocol::kept_services(commands_.proc(), unknown)) {
        const auto keeper = os::identify(commands_.proc(), kept.keeper);
        if (keeper) adopt(kept.name, *keeper);
    }
    if (!unknown.empty()) note_marked_orphans();
}

// A check's, for instance, that an earlier supervisor has begun.
void Playground::note_marked_orphans() {
    const auto is_known = [this](pid_t child) { return is_ours(child); };
    for (const std::string& path : orphans_.marks(protocol::starter(), is_known)) {
        Service* const service =
            os::parent_of(path) == around_.playground ? find(os::name_of(path)) : nullptr;
        if (service != nullptr && !service->down() && service->settings().tracing) service->note_strays();
    }
}

// Of the children of the playground's keeper.
bool Playground::is_ours(pid_t child) const {
    if (child == ::getpid() || by_keeper_.contains(child)) return true;
    const auto arguments = commands_.proc().command_line(child);
    if (!arguments || arguments->empty()) return false;
    // It may be one that we have not heard of yet.
    return arguments->front() == protocol::kOurName || protocol::is_service_keeper(commands_.proc(), child);
}

// Its keeper may have ended, too, and nobody has told of that yet.
bool Playground::is_main_of_another(pid_t child, const Service& service) const {
    return std::ranges::any_of(up_, [&](const Service* up) { return up != &service && up->main() == child; });
}

// Where several services have lost a keeper, it may be any of theirs: it is left to the last of them.
FoundPids Playground::fallen(const Service& service) const {
    const bool another =
        std::ranges::any_of(up_, [&](const Service* up) { return up != &service && up->has_strays(); });
    if (another) return {};
    const auto is_known = [&](pid_t child) { return is_ours(child) || is_main_of_another(child, service); };
    return orphans_.fallen(protocol::starter(), service.settings().tracing, is_known);
}

void Playground::adopt(const std::string& name, const os::ProcessId& keeper) {
    const Service* const known = find(name);
    if (known != nullptr && known->keeper() != 0) return;
    if (known != nullptr && known->down()) return commands_.release(keeper);
    Service& adopted = service(name);
    const auto& found = state_file_.found();
    const bool noted = adopted.slot() < found.size() && found[adopted.slot()];
    Record record = noted ? *found[adopted.slot()] : running_record(adopted);
    record.keeper = keeper;
    adopt(adopted, record);
}

// Seen by itself, or told by the keeper above it.
void Playground::keeper_lost(pid_t keeper) {
    const bool was_adopted = adopted();
    adoption_.told(keeper);
    if (!was_adopted) look_whether_adopted();
}

void Playground::look_whether_adopted() {
    if (!adoption_.complete()) return;
    adoption_timer_.cancel();
    outlets_.adopted();
}

Service& Playground::service(const std::string& name) {
    if (Service* known = find(name)) return *known;
    services_.push_back(
        std::make_unique<Service>(around_, static_cast<std::uint32_t>(services_.size()), name));
    due_at_.emplace_back();
    by_name_[name] = services_.back().get();
    return *services_.back();
}

Service* Playground::find(const std::string& name) {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

bool Playground::all_down() const {
    return up_.empty();
}

protocol::Status Playground::status() {
    take_reports();
    protocol::Status status;
    const std::string trouble = logger_watch_.trouble(protocol::starter());
    const auto untold = untold_keepers();
    for (const Service* service : up_) {
        const auto keeper = untold.find(service->name());
        status.services[service->name()] = service->status(keeper == untold.end() ? 0 : keeper->second);
        const std::string& log_error = service->log_error().empty() ? trouble : service->log_error();
        if (!log_error.empty()) {
            status.unwritten_logs.push_back(service->name());
            status.remarks[service->name()] =
                "log is not being written: " + service->path() + "/logs/current: " + log_error;
        } else if (!service->spawn_error().empty()) {
            status.remarks[service->name()] = service->spawn_error();
        } else if (!service->check_error().empty()) {
            status.remarks[service->name()] = service->check_error();
        } else if (!service->end_remark().empty()) {
            status.remarks[service->name()] = service->end_remark();
        } else if (const std::string held = service->held_remark(); !held.empty()) {
            status.remarks[service->name()] = held;
        }
    }
    return status;
}

std::vector<int> Playground::held_outputs() const {
    std::vector<int> held;
    for (const Service* service : up_) {
        if (service->held_output() >= 0) held.push_back(service->held_output());
    }
    return held;
}

// Service → the keeper that was forked for it and of which nobody has told yet: its service may run already.
std::unordered_map<std::string, pid_t> Playground::untold_keepers() const {
    const auto waits = [](const Service* up) { return up->keeper() == 0 && model::is_spawning(up->model()); };
    if (std::ranges::none_of(up_, waits)) return {};
    std::vector<pid_t> unknown = commands_.proc().children(protocol::starter());
    std::erase_if(unknown, [this](pid_t pid) { return by_keeper_.contains(pid); });
    std::unordered_map<std::string, pid_t> untold;
    for (const protocol::KeptService& kept : protocol::kept_services(commands_.proc(), unknown))
        untold[kept.name] = kept.keeper;
    return untold;
}

base::Status Playground::start_neighbour(pid_t caller, const protocol::Neighbour& neighbour) {
    const std::string file = "neighbour-" + std::to_string(caller);
    const auto written =
        os::replace_file(around_.directory.neighbour(file), protocol::to_text(neighbour), 0600);
    if (written) commands_.start_neighbour(file);
    return written;
}

void Playground::take_reports() {
    std::array<Report, 64> reports;
    // Those that wait now: where they come faster than they are handled, others want their turn, too.
    auto left = static_cast<std::int64_t>(os::bytes_waiting(reports_.get()).value_or(0) / sizeof(Report));
    while (left > 0) {
        const auto bytes =
            os::read_some(reports_.get(), {reinterpret_cast<char*>(reports.data()), sizeof reports});
        if (!bytes) return;
        // Every write is a whole report, so every read is a number of them.
        const size_t count = *bytes / sizeof(Report);
        for (size_t i = 0; i < count; ++i) {
            if (reports[i].magic == protocol::kRecordMagic) route(reports[i]);
        }
        if (count < reports.size()) return;
        left -= static_cast<std::int64_t>(count);
    }
}

void Playground::route(const Report& report) {
    const bool was_adopted = adopted();
    if (report.kind == ReportKind::child_ended) {
        child_ended(report);
    } else if (report.kind == ReportKind::synced) {
        synced();
    } else if (report.kind == ReportKind::logger_began) {
        for (Service* up : up_) up->introduce_to_logger();
    } else if (report.kind == ReportKind::upgraded || report.kind == ReportKind::upgrade_failed) {
        upgrades_.take(report);
    } else if (report.kind == ReportKind::poll_begun) {
        if (Service* const service = holder_of(report.pid)) service->poll_begun();
    } else if (Service* const service = reported_by(report)) {
        if (report.kind == ReportKind::keeper_forked) by_keeper_[report.pid] = service;
        if (report.kind == ReportKind::main_started || report.kind == ReportKind::spawn_failed)
            take_unreported_keeper(*service, report);
        service->take(report);
        if (report.kind == ReportKind::standing) adoption_.told(report.keeper);
    }
    if (!was_adopted) look_whether_adopted();
}

// Whoever has forked it was killed before it could say so, or will say so later.
void Playground::take_unreported_keeper(Service& service, const Report& report) {
    if (by_keeper_.contains(report.keeper) || !service.awaits(report)) return;
    const auto kept = protocol::kept_services(commands_.proc(), {report.keeper});
    if (kept.empty() || kept.front().name != service.name()) return;
    by_keeper_[report.keeper] = &service;
    service.take_keeper(report.keeper, 0);
}

// What was commanded before is done: whoever has no keeper by now, has none.
void Playground::synced() {
    for (size_t slot = 1; slot < services_.size(); ++slot) {
        services_[slot]->settle();
        if (services_[slot]->unkept()) without_keeper_.insert(services_[slot].get());
    }
    adoption_.synced();
}

// A keeper that was adopted still knows the slot that its service had when it was forked.
Service* Playground::reported_by(const Report& report) const {
    const auto known = by_keeper_.find(report.keeper);
    if (report.keeper != 0 && known != by_keeper_.end()) return known->second;
    if (report.service == 0 || report.service >= services_.size()) return nullptr;
    return services_[report.service].get();
}

// The service that a living process came from.
Service* Playground::holder_of(pid_t pid) const {
    const std::vector<pid_t> lineage = commands_.proc().lineage(pid);
    const auto holder = std::ranges::find_if(up_, [&](const Service* up) { return up->holds(lineage); });
    return holder == up_.end() ? nullptr : *holder;
}

void Playground::child_ended(const Report& report) {
    adoption_.told(report.pid);
    const auto kept = by_keeper_.find(report.pid);
    if (kept != by_keeper_.end()) {
        Service* service = kept->second;
        by_keeper_.erase(kept);
        if (service->keeper() == report.pid) without_keeper_.insert(service);
    }
    const std::set<Service*> orphaned = without_keeper_;
    for (Service* service : orphaned) {
        service->child_ended(report.pid, report.status);
        if (!service->unkept()) without_keeper_.erase(service);
    }
}

void Playground::schedule(Service& service, std::optional<model::Time> at) {
    std::optional<model::Time>& planned = due_at_[service.slot()];
    if (planned == at) return;
    if (planned) due_.erase({*planned, service.slot()});
    planned = at;
    if (at) due_.insert({*at, service.slot()});
    arm();
}

void Playground::arm() {
    const std::optional<model::Time> next = due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
    if (next == armed_) return;
    armed_ = next;
    next ? timer_.set(*next) : timer_.cancel();
}

void Playground::time_passed() {
    armed_.reset();
    take_reports();
    const model::Time now = os::monotonic_now();
    while (!due_.empty() && due_.begin()->first <= now) {
        const std::uint32_t slot = due_.begin()->second;
        due_.erase(due_.begin());
        due_at_[slot].reset();
        services_[slot]->time_passed();
    }
    arm();
}

void Playground::stepped(Service& service) {
    if (!service.down()) {
        const bool first = up_.empty();
        up_.insert(&service);
        if (first) outlets_.roused();
        return;
    }
    up_.erase(&service);
    if (up_.empty()) outlets_.at_rest();
}

bool Playground::files_in_place() const {
    const protocol::RuntimeDirectory& directory = around_.directory;
    const auto missing = [](const std::string& path) { return !os::entry_exists(path); };
    if (std::ranges::any_of(std::array{directory.lock(), directory.socket(), directory.keeper_commands(),
                                       directory.logger_commands(), directory.services()},
                            missing))
        return false;
    return os::leads_to(directory.reports(), reports_) && state_file_.at(directory.state()) &&
           std::ranges::all_of(up_, [](const Service* service) { return service->files_in_place(); });
}

base::Status Playground::restore_files() {
    const protocol::RuntimeDirectory& directory = around_.directory;
    if (auto made = os::make_directories(directory.services(), 0700); !made) return made;
    auto state = StateFile::open(directory.state(), commands_.proc().boot_id());
    if (!state) return base::passed_on(state.error());
    state_file_ = std::move(*state);
    for (Service* service : up_) {
        if (auto restored = service->restore_files(); !restored) return restored;
    }
    commands_.restore();
    return {};
}

void Playground::when_all_is_put_away(std::function<void()> done) {
    if (leaving_.empty()) return commands_.when_logger_is_told(std::move(done));
    const auto deadline = os::monotonic_now() + kLeavingTime;
    await_end(loop_, commands_.proc(), leaving_, deadline, [this, done = std::move(done)] {
        leaving_.clear();
        commands_.when_logger_is_told(done);
    });
}

void Playground::finish(std::function<void()> sent) {
    state_file_.remove();
    commands_.finish(std::move(sent));
}

}  // namespace supervisor
