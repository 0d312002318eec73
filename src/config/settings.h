// What the merged configuration means, typed: the values a command works with (contract: README,
// "Configuration"). Used by the client. It is plain data; config/load.h makes it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace config {

inline constexpr const char* kAllServices = "(all services)";

struct Settings {
    std::string command;
    std::string pgdir;   // a directory's name, or an absolute path
    std::string pghome;  // absolute, "~" expanded
    std::vector<std::string> services;
    std::map<std::string, std::vector<std::string>> aliases;
    double timeout = 2.0;  // seconds
    double poll = 0.01;    // seconds
    double settle = 0.1;   // seconds
    bool json = false;
    bool no_force = false;
    bool verbose = false;
    bool embedded_log_viewer = true;
    bool force_enable_log_viewer = false;
    bool environment_process_tracing = true;
};

}  // namespace config
