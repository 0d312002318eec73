#include "supervisor/playground.h"

#include <fcntl.h>

#include <array>

#include "os/clock.h"
#include "os/file.h"

namespace supervisor {

using protocol::Report;
using protocol::ReportKind;

Playground::Playground(Loop& loop, const protocol::RuntimeDirectory& directory, std::string path,
                       std::function<void()> at_rest)
    : loop_(loop),
      commands_(loop),
      around_{.loop = loop,
              .commands = commands_,
              .state_file = state_file_,
              .directory = directory,
              .playground = std::move(path),
              .schedule = [this](Service& service, std::optional<model::Time> at) { schedule(service, at); },
              .stepped = [this](Service& service) { stepped(service); }},
      timer_(loop, [this] { time_passed(); }),
      at_rest_(std::move(at_rest)),
      escaped_(commands_.proc(), around_.directory, around_.playground) {
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
    restore();
    reports_watch_ = std::make_unique<Readable>(loop_, reports_.get(), [this] { take_reports(); });
    return {};
}

void Playground::restore() {
    bool any = false;
    for (size_t slot = 1; slot < state_file_.found().size(); ++slot) {
        const auto& record = state_file_.found()[slot];
        services_.push_back(
            std::make_unique<Service>(around_, static_cast<std::uint32_t>(slot), record ? record->name : ""));
        due_at_.emplace_back();
        if (!record) continue;
        Service& service = *services_.back();
        by_name_[record->name] = &service;
        service.restore(*record);
        if (service.keeper() != 0) by_keeper_[service.keeper()] = &service;
        if (service.down()) continue;
        any = true;
        up_.insert(&service);
    }
    if (any) commands_.sync(1);
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

protocol::Status Playground::status() const {
    protocol::Status status;
    for (const Service* service : up_) {
        status.services[service->name()] = service->status();
        if (!service->log_error().empty()) {
            status.remarks[service->name()] = "log is not being written: " + service->log_error();
        } else if (!service->spawn_error().empty()) {
            status.remarks[service->name()] = service->spawn_error();
        }
    }
    return status;
}

void Playground::take_reports() {
    std::array<Report, 64> reports;
    while (true) {
        const auto bytes =
            os::read_some(reports_.get(), {reinterpret_cast<char*>(reports.data()), sizeof reports});
        if (!bytes) return;
        // Every write is a whole report, so every read is a number of them.
        const size_t count = *bytes / sizeof(Report);
        for (size_t i = 0; i < count; ++i) {
            if (reports[i].magic == protocol::kRecordMagic) route(reports[i]);
        }
        if (count < reports.size()) return;
    }
}

void Playground::route(const Report& report) {
    if (report.kind == ReportKind::child_ended) return child_ended(report);
    if (report.kind == ReportKind::synced) {
        for (size_t slot = 1; slot < services_.size(); ++slot) {
            services_[slot]->settle();
            if (services_[slot]->unkept()) without_keeper_.insert(services_[slot].get());
        }
        return;
    }
    if (report.service == 0 || report.service >= services_.size()) return;
    Service& service = *services_[report.service];
    if (report.kind == ReportKind::keeper_forked) by_keeper_[report.pid] = &service;
    service.take(report);
}

void Playground::child_ended(const Report& report) {
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
        up_.insert(&service);
        return;
    }
    up_.erase(&service);
    if (up_.empty()) at_rest_();
}

void Playground::finish(std::function<void()> sent) {
    commands_.finish(std::move(sent));
}

}  // namespace supervisor
