#include "protocol/kept_services.h"

#include <optional>
#include <string_view>

#include "protocol/titles.h"

namespace protocol {

namespace {

constexpr std::string_view kDeleted = " (deleted)";

// "…/services/<name>/output", also where it was deleted, or moved elsewhere, meanwhile.
std::optional<std::string> name_in(std::string_view path) {
    constexpr std::string_view kOutput = "/output", kServices = "/services";
    if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
    if (!path.ends_with(kOutput)) return {};
    path.remove_suffix(kOutput.size());
    const size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || !path.substr(0, slash).ends_with(kServices)) return {};
    return std::string(path.substr(slash + 1));
}

}  // namespace

// A role has its name as an argument of its own; a service's keeper is forked and renamed, and so is what it
// forks in turn, until that executes ./run.
bool is_service_keeper(const os::Proc& proc, pid_t pid) {
    const auto arguments = proc.command_line(pid);
    if (!arguments || arguments->size() != 1 || !arguments->front().starts_with(kKeeperTitle)) return false;
    const auto stat = proc.stat(pid);
    return stat && stat->command == kOurName;
}

std::vector<KeptService> kept_services(const os::Proc& proc, const std::vector<pid_t>& pids,
                                       const std::string& proc_root) {
    std::vector<KeptService> found;
    for (const pid_t pid : pids) {
        if (!is_service_keeper(proc, pid)) continue;
        KeptService kept{.keeper = pid};
        for (const os::OpenFile& file : os::open_files(pid, proc_root)) {
            const auto name = name_in(file.path);
            if (!name) continue;
            kept.name = *name;
            if (file.path.ends_with(kDeleted)) kept.deleted_outputs.push_back(file);
        }
        if (!kept.name.empty()) found.push_back(std::move(kept));
    }
    return found;
}

}  // namespace protocol
