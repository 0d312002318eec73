#include "supervisor/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <nlohmann/json.hpp>

#include "os/file.h"

namespace supervisor {

namespace {

constexpr int kFormat = 1;
constexpr size_t kChecksumSize = 8;  // hexadecimal digits, followed by a blank
constexpr size_t kLargestFile = size_t{256} << 20;

std::uint32_t checksum(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return crc.checksum();
}

std::string sealed(std::string body) {
    body.resize(kSlotSize - kChecksumSize - 2, ' ');
    return fmt::format("{:08x} {}\n", checksum(body), body);
}

std::optional<nlohmann::json> unsealed(std::string_view slot) {
    if (slot.size() != kSlotSize) return {};
    const std::string_view body = slot.substr(kChecksumSize + 1, kSlotSize - kChecksumSize - 2);
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
                              .could_not_execute = json.value("unexecutable", false)};
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
    nlohmann::json json = {settings.timeout_ready,   settings.timeout_stop,     settings.poll_ready,
                           settings.poll_down,       settings.settle,           settings.has_ready,
                           settings.run_fingerprint, settings.ready_fingerprint};
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
                                     .run_fingerprint = json.at(6),
                                     .ready_fingerprint = json.at(7)};
    if (json.size() > 8) settings.notification_fd = json.at(8).get<int>();
    return settings;
}

Record record_of(const nlohmann::json& json) {
    Record record{.name = json.at("name"),
                  .keeper = process_of(json.at("keeper")),
                  .main = process_of(json.at("main")),
                  .settings = settings_of(json.at("settings"))};
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

std::string header(const std::string& boot_id) {
    return sealed(nlohmann::json({{"pgctl", PGCTL_VERSION}, {"format", kFormat}, {"boot", boot_id}}).dump());
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
    const std::string expected = header(boot_id);
    if (content->starts_with(expected)) {
        for (size_t at = 0; at < content->size(); at += kSlotSize) {
            found.push_back(from_slot(std::string_view(*content).substr(at, kSlotSize)));
        }
    } else {
        if (::ftruncate(file->get(), 0) != 0) return base::system_error(path);
        if (::pwrite(file->get(), expected.data(), expected.size(), 0) < 0) return base::system_error(path);
        found.resize(1);
    }
    return StateFile(std::move(*file), std::move(found));
}

base::Status StateFile::write(std::uint32_t slot, const Record& record) {
    const std::string bytes = to_slot(record);
    const ssize_t count =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(slot * kSlotSize));
    if (count != static_cast<ssize_t>(bytes.size())) return base::system_error("state file");
    return {};
}

}  // namespace supervisor
