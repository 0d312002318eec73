#include "supervisor/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <nlohmann/json.hpp>

#include "base/version.h"
#include "os/file.h"
#include "os/file_identity.h"
#include "supervisor/state_format.h"

namespace supervisor {

namespace {

constexpr size_t kChecksumSize = 8;  // hexadecimal digits, followed by a blank
constexpr size_t kLargestFile = size_t{256} << 20;

std::uint32_t checksum(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return crc.checksum();
}

// Blanks fill the slot; they are not summed up.
std::string sealed(const std::string& body) {
    std::string slot = fmt::format("{:08x} {}", checksum(body), body);
    slot.resize(kSlotSize - 1, ' ');
    return slot + '\n';
}

std::optional<nlohmann::json> unsealed(std::string_view slot) {
    if (slot.size() != kSlotSize) return {};
    std::string_view body = slot.substr(kChecksumSize + 1, kSlotSize - kChecksumSize - 2);
    body = body.substr(0, body.find_last_not_of(' ') + 1);
    if (slot.substr(0, kChecksumSize) != fmt::format("{:08x}", checksum(body))) return {};
    auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return {};
    return json;
}

std::int64_t count(model::Time time) {
    return time.count();
}

// The states that a new supervisor has to tell apart; the rest of a state follows from what its keeper says.
struct StateName {
    const char* operator()(const model::Down&) const { return "down"; }
    const char* operator()(const model::Spawning&) const { return "spawning"; }
    const char* operator()(const model::Running&) const { return "running"; }
    const char* operator()(const model::Resting&) const { return "resting"; }
    const char* operator()(const model::Stopping&) const { return "stopping"; }
    const char* operator()(const model::Draining&) const { return "draining"; }
};

nlohmann::json state_json(const model::State& state) {
    nlohmann::json json = {{"is", std::visit(StateName{}, state)}};
    if (const auto* running = std::get_if<model::Running>(&state)) {
        json["pid"] = running->pid;
        json["since"] = count(running->since);
        if (running->ready_since) json["ready"] = count(*running->ready_since);
        if (running->failing_since) json["failing"] = count(*running->failing_since);
    } else if (const auto* spawning = std::get_if<model::Spawning>(&state)) {
        json["since"] = count(spawning->since);
    } else if (const auto* resting = std::get_if<model::Resting>(&state)) {
        json["since"] = count(resting->since);
        json["until"] = count(resting->until);
        json["empty"] = resting->set_empty;
        json["unexecutable"] = resting->could_not_execute;
        if (resting->held) json["held"] = true;
    } else if (const auto* stopping = std::get_if<model::Stopping>(&state)) {
        if (stopping->pid) json["pid"] = *stopping->pid;
        json["since"] = count(stopping->since);
        json["until"] = count(stopping->deadline);
        json["force"] = stopping->force;
        json["pending"] = stopping->spawn_pending;
    } else if (const auto* draining = std::get_if<model::Draining>(&state)) {
        json["until"] = count(draining->until);
    }
    return json;
}

model::State state_of(const nlohmann::json& json) {
    const std::string is = json.at("is");
    const auto time = [&](const char* key) { return model::Time(json.value(key, std::int64_t{0})); };
    if (is == "spawning") return model::Spawning{.since = time("since")};
    if (is == "resting") {
        return model::Resting{.since = time("since"),
                              .until = time("until"),
                              .set_empty = json.value("empty", true),
                              .could_not_execute = json.value("unexecutable", false),
                              .held = json.value("held", false)};
    }
    if (is == "draining") return model::Draining{.until = time("until")};
    if (is == "running") {
        model::Running running{.pid = json.at("pid"), .since = time("since")};
        if (json.contains("ready")) running.ready_since = time("ready");
        if (json.contains("failing")) running.failing_since = time("failing");
        return running;
    }
    if (is == "stopping") {
        model::Stopping stopping{
            .since = time("since"), .deadline = time("until"), .force = json.value("force", true)};
        if (json.contains("pid")) stopping.pid = json.at("pid").get<int>();
        stopping.spawn_pending = json.value("pending", false);
        return stopping;
    }
    return model::Down{};
}

nlohmann::json process_json(const os::ProcessId& process) {
    return nlohmann::json::array({process.pid, process.start_time});
}

os::ProcessId process_of(const nlohmann::json& json) {
    return {.pid = json.at(0), .start_time = json.at(1)};
}

nlohmann::json settings_json(const config::ServiceSettings& settings) {
    nlohmann::json json = {
        settings.timeout_ready, settings.timeout_stop, settings.poll_ready,      settings.poll_down,
        settings.settle,        settings.has_ready,    settings.run_fingerprint, settings.ready_fingerprint,
        settings.has_helper};
    if (settings.notification_fd) json.push_back(*settings.notification_fd);
    return json;
}

config::ServiceSettings settings_of(const nlohmann::json& json) {
    config::ServiceSettings settings{.timeout_ready = json.at(0),
                                     .timeout_stop = json.at(1),
                                     .poll_ready = json.at(2),
                                     .poll_down = json.at(3),
                                     .settle = json.at(4),
                                     .has_ready = json.at(5),
                                     .has_helper = json.at(8),
                                     .run_fingerprint = json.at(6),
                                     .ready_fingerprint = json.at(7)};
    if (json.size() > 9) settings.notification_fd = json.at(9).get<int>();
    return settings;
}

Record record_of(const nlohmann::json& json) {
    Record record{.name = json.at("name"),
                  .keeper = process_of(json.at("keeper")),
                  .main = process_of(json.at("main")),
                  .strays = json.value("strays", false),
                  .settings = settings_of(json.at("settings"))};
    record.settings.tracing = json.value("tracing", true);
    record.service.wanted = json.at("up") ? model::Wanted::up : model::Wanted::down;
    record.service.state = state_of(json.at("state"));
    record.service.generation = json.at("generation");
    record.service.restarts = json.at("restarts");
    record.service.failed_spawns = json.at("failed");
    record.service.last_spawn = model::Time(json.at("spawned").get<std::int64_t>());
    if (json.contains("exit")) record.service.last_exit = base::ExitStatus::exited(json.at("exit"));
    if (json.contains("signal")) record.service.last_exit = base::ExitStatus::signalled(json.at("signal"));
    return record;
}

// Between two slots that were written there may be a hole.
bool never_written(std::string_view slot) {
    return slot.find_first_not_of('\0') == std::string_view::npos;
}

// Something to look at for whoever wonders what has happened to it.
void keep_aside(const std::string& path, const std::string& content) {
    static_cast<void>(os::replace_file(path + ".damaged", content, 0600));
}

std::string header(const std::string& boot_id) {
    return sealed(
        nlohmann::json({{"pgctl", base::version()}, {"format", state_format()}, {"boot", boot_id}}).dump());
}

// What is kept of running services in another way can't be guessed.
std::unexpected<base::Error> unknown_format(const std::string& path, const nlohmann::json& head) {
    return base::failure(path + " was written by pgctl " + head.value("pgctl", "?") +
                         ", in a format that this pgctl " + base::version() + " does not know");
}

}  // namespace

std::string to_slot(const Record& record) {
    const model::Service& service = record.service;
    nlohmann::json json = {{"name", record.name},
                           {"up", service.wanted == model::Wanted::up},
                           {"state", state_json(service.state)},
                           {"generation", service.generation},
                           {"restarts", service.restarts},
                           {"failed", service.failed_spawns},
                           {"spawned", count(service.last_spawn)},
                           {"keeper", process_json(record.keeper)},
                           {"main", process_json(record.main)},
                           {"settings", settings_json(record.settings)}};
    if (record.strays) json["strays"] = true;
    if (!record.settings.tracing) json["tracing"] = false;
    if (service.last_exit && service.last_exit->code()) json["exit"] = *service.last_exit->code();
    if (service.last_exit && service.last_exit->signal()) json["signal"] = *service.last_exit->signal();
    return sealed(json.dump());
}

std::optional<Record> from_slot(std::string_view slot) {
    const auto json = unsealed(slot);
    if (!json) return {};
    try {
        return record_of(*json);
    } catch (const nlohmann::json::exception&) {
        return {};
    }
}

base::Result<StateFile> StateFile::open(const std::string& path, const std::string& boot_id) {
    auto file = os::open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!file) return base::passed_on(file.error());
    const auto content = os::read_to_end(file->get(), kLargestFile);
    if (!content) return base::system_error(path, content.error().number);
    std::vector<std::optional<Record>> found;
    const auto head = unsealed(std::string_view(*content).substr(0, kSlotSize));
    if (head && head->value("boot", "") == boot_id) {
        if (head->value("format", 0) != state_format()) return unknown_format(path, *head);
        bool damaged = false;
        for (size_t at = 0; at < content->size(); at += kSlotSize) {
            const std::string_view slot = std::string_view(*content).substr(at, kSlotSize);
            found.push_back(from_slot(slot));
            damaged = damaged || (at > 0 && !found.back() && !never_written(slot));
        }
        if (damaged) keep_aside(path, *content);
        return StateFile(path, std::move(*file), std::move(found));
    }
    if (!head && !content->empty()) keep_aside(path, *content);
    const std::string fresh = header(boot_id);
    if (::ftruncate(file->get(), 0) != 0) return base::system_error(path);
    if (::pwrite(file->get(), fresh.data(), fresh.size(), 0) < 0) return base::system_error(path);
    found.resize(1);
    return StateFile(path, std::move(*file), std::move(found));
}

void StateFile::remove() {
    if (file_.valid()) ::unlink(path_.c_str());
}

bool StateFile::at(const std::string& path) const {
    return os::leads_to(path, file_);
}

base::Status StateFile::write(std::uint32_t slot, const Record& record) {
    const std::string bytes = to_slot(record);
    const ssize_t count =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(slot * kSlotSize));
    if (count != static_cast<ssize_t>(bytes.size())) return base::system_error("state file");
    return {};
}

}  // namespace supervisor
