#include "config/keys.h"

#include <algorithm>
#include <array>

#include "config/settings.h"

namespace config {

std::string default_pghome(const Surroundings& surroundings) {
    return std::string(surroundings.filled_variable("XDG_RUNTIME_DIR").value_or("~/.run")) + "/pgctl";
}

nlohmann::json default_values(const Surroundings& surroundings) {
    return {
        {"aliases", {{"default", nlohmann::json::array({kAllServices})}}},
        {"embedded_log_viewer", true},
        {"environment_process_tracing", true},
        {"json", false},
        {"no_force", false},
        {"pgdir", "playground"},
        {"pghome", default_pghome(surroundings)},
        {"poll", ".01"},
        {"services", nlohmann::json::array({"default"})},
        {"settle", "0.1"},
        {"telemetry", false},
        {"telemetry_clog_config_path", nullptr},
        {"timeout", "2.0"},
        {"verbose", false},
    };
}

const std::vector<std::string>& known_keys() {
    static const std::vector<std::string> keys = {
        "aliases",
        "command",
        "config",
        "embedded_log_viewer",
        "environment_process_tracing",
        "force_enable_log_viewer",
        "json",
        "no_force",
        "pgdir",
        "pghome",
        "poll",
        "services",
        "settle",
        "telemetry",
        "telemetry_clog_config_path",
        "timeout",
        "verbose",
    };
    return keys;
}

bool is_variable_of_ours(const std::string& key) {
    constexpr std::array<std::string_view, 6> ours = {"debug",   "no_global_config", "scratch",
                                                      "service", "service_process",  "service_lock"};
    return std::ranges::find(ours, key) != ours.end();
}

}  // namespace config
