// The settings of one service: what the small files in its directory say, beside the caller's defaults.
// Used by the supervisor at each start, by reload and by check. Reading them starts nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace config {

struct ServiceSettings {
    double timeout_ready = 2.0;  // seconds
    double timeout_stop = 2.0;   // seconds
    double poll_ready = 0.15;    // seconds
    double poll_down = 10.0;     // seconds
    double settle = 0.1;         // seconds; 0: ready as soon as it runs
    std::optional<int> notification_fd;
    bool tracing = true;      // its processes may be recognized by their environment, too
    bool has_ready = false;   // there is a `ready` to run
    bool has_helper = false;  // `run` names pgctl-poll-ready
    // Of the content and mode of `run` and `ready`: tells whether they changed (0: no such file).
    std::uint64_t run_fingerprint = 0;
    std::uint64_t ready_fingerprint = 0;

    bool operator==(const ServiceSettings&) const = default;
};

struct Defaults {
    double timeout = 2.0;  // seconds
    double settle = 0.1;   // seconds
    bool tracing = true;
};

// `directory` is the service's absolute path. All complaints at once, each a line that begins with the file's
// path as the caller should see it (`shown` instead of `directory`): a number that is none, a `run` that is
// missing, is a directory, can't be executed, has CR line ends or an interpreter that does not exist, a
// `ready` that can't be run.
[[nodiscard]] std::expected<ServiceSettings, std::vector<std::string>> load_service_settings(
    const std::string& directory, const std::string& shown, const Defaults& defaults);

// What differs, in words: "run changed", "timeout-stop changed"; empty where nothing does.
[[nodiscard]] std::vector<std::string> differences(const ServiceSettings& before, const ServiceSettings& now);

}  // namespace config
