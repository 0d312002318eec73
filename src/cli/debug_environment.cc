#include "cli/debug_environment.h"

namespace cli {

std::vector<std::string> debug_environment(const std::vector<std::string>& of_caller,
                                           const std::string& service_path, const std::string& scratch) {
    const std::vector<std::pair<std::string, std::string>> ours = {{"PGCTL_SERVICE=", service_path},
                                                                   {"PGCTL_SCRATCH=", scratch},
                                                                   {"PGCTL_SERVICE_PROCESS=", "true"},
                                                                   {"PGCTL_DEBUG=", "true"}};
    std::vector<std::string> environment;
    for (const std::string& variable : of_caller) {
        bool replaced = false;
        for (const auto& [name, unused] : ours) replaced = replaced || variable.starts_with(name);
        if (!replaced) environment.push_back(variable);
    }
    for (const auto& [name, value] : ours) environment.push_back(name + value);
    return environment;
}

}  // namespace cli
