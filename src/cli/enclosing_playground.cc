#include "cli/enclosing_playground.h"

#include <unistd.h>

#include <string>

#include "keeper/role.h"

namespace cli {

namespace {

// A service's keeper writes its title into one argument, so this is a playground's.
bool is_playground_keeper(const os::Proc& proc, pid_t pid) {
    const auto arguments = proc.command_line(pid);
    if (!arguments || arguments->size() != 3) return false;
    if ((*arguments)[0] != "pgctl" || (*arguments)[1] != "keeper") return false;
    const auto user = proc.user(pid);
    return user && *user == ::geteuid();
}

std::optional<std::string> runtime_of(const os::Proc& proc, pid_t pid) {
    static const std::string variable = std::string(keeper::kRuntimeVariable) + "=";
    const auto environment = proc.environment(pid);
    if (!environment) return std::nullopt;
    for (const std::string& entry : *environment) {
        if (entry.starts_with(variable)) return entry.substr(variable.size());
    }
    return std::nullopt;
}

}  // namespace

std::optional<protocol::RuntimeDirectory> enclosing_playground(const os::Proc& proc, pid_t pid) {
    for (const pid_t ancestor : proc.lineage(pid)) {
        if (ancestor == pid || !is_playground_keeper(proc, ancestor)) continue;
        if (const auto runtime = runtime_of(proc, ancestor)) return protocol::RuntimeDirectory(*runtime);
    }
    return std::nullopt;
}

}  // namespace cli
