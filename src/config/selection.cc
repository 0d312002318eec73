#include "config/selection.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "config/aliases.h"
#include "config/playground.h"
#include "config/service_name.h"
#include "os/file.h"
#include "os/path_status.h"

namespace config {

namespace {

std::string without_trailing_slashes(std::string name) {
    while (name.ends_with('/')) name.pop_back();
    return name;
}

class Selecting {
  public:
    Selecting(const Settings& settings, const Surroundings& surroundings, const RunningServices& running)
        : settings_(settings), surroundings_(surroundings), running_(running) {}

    base::Status add(const std::string& name) {
        if (name == kAllServices) return add_all();
        return name.starts_with('/') ? add_absolute(name) : add_named(name);
    }
    std::vector<NamedService> take() { return std::move(selected_); }

  private:
    base::Status add_all();
    [[nodiscard]] bool starts_something() const;
    base::Status add_named(const std::string& name);
    base::Status add_absolute(const std::string& path);
    base::Status add_checked(const std::string& playground, const std::string& name,
                             const std::string& written);
    void add_existing(const std::string& playground, const std::string& name);
    const base::Result<std::string>& playground();
    const std::vector<std::string>& running_in(const std::string& playground);

    const Settings& settings_;
    const Surroundings& surroundings_;
    const RunningServices& running_;
    std::optional<base::Result<std::string>> playground_;
    std::map<std::string, std::vector<std::string>> running_names_;
    std::set<std::string> paths_;
    std::vector<NamedService> selected_;
};

const base::Result<std::string>& Selecting::playground() {
    if (!playground_) playground_ = find_playground(settings_.pgdir, surroundings_);
    return *playground_;
}

const std::vector<std::string>& Selecting::running_in(const std::string& playground) {
    const auto [names, is_new] = running_names_.try_emplace(playground);
    if (is_new && running_) names->second = running_(playground);
    return names->second;
}

base::Status Selecting::add_all() {
    if (!playground()) return base::passed_on(playground().error());
    const std::string& directory = *playground();
    auto names = list_services(directory, surroundings_.shown(directory));
    if (!names) return base::passed_on(names.error());
    std::set<std::string> all(names->begin(), names->end());
    const std::vector<std::string>& running = running_in(directory);
    all.insert(running.begin(), running.end());
    for (const std::string& name : all) {
        const auto problem = problem_of_name(name);
        if (problem && !starts_something()) continue;
        add_existing(directory, name);
        if (!problem) continue;
        selected_.back().problem = "not a service name: '" + base::printable(name) + "' in " +
                                   surroundings_.shown(directory) + " (" + *problem + ")";
    }
    return {};
}

bool Selecting::starts_something() const {
    return settings_.command == "start" || settings_.command == "restart";
}

base::Status Selecting::add_named(const std::string& name) {
    if (!playground()) return base::passed_on(playground().error());
    const std::string plain = without_trailing_slashes(name);
    if (plain.find('/') == std::string::npos) return add_checked(*playground(), plain, name);
    const auto path = named_path(plain, *playground());
    if (!path) {
        return base::failure("not a service name: '" + base::printable(name) +
                             "' (it leads out of the playground)");
    }
    return add_absolute(*path);
}

base::Status Selecting::add_absolute(const std::string& path) {
    const std::string plain = without_trailing_slashes(path);
    return add_checked(canonical_path(os::parent_of(plain)), os::name_of(plain), path);
}

base::Status Selecting::add_checked(const std::string& playground, const std::string& name,
                                    const std::string& written) {
    if (const auto problem = problem_of_name(name)) {
        return base::failure("not a service name: '" + base::printable(written) + "' (" + *problem + ")");
    }
    const std::string path = os::join_path(playground, name);
    const auto runs = [&] { return std::ranges::count(running_in(playground), name) > 0; };
    if (!os::entry_may_exist(os::join_path(path, "run")) && !runs()) {
        return base::failure("No such service: '" + surroundings_.shown(path) + "'");
    }
    add_existing(playground, name);
    return {};
}

void Selecting::add_existing(const std::string& playground, const std::string& name) {
    std::string path = os::join_path(playground, name);
    if (!paths_.insert(path).second) return;
    std::string shown = surroundings_.shown(path);
    std::string shown_log = surroundings_.shown(path + "/logs/current");
    selected_.push_back({.name = name,
                         .playground = playground,
                         .path = std::move(path),
                         .shown = std::move(shown),
                         .shown_log = std::move(shown_log),
                         .problem = {}});
}

}  // namespace

base::Result<std::vector<NamedService>> select_services(const Settings& settings,
                                                        const Surroundings& surroundings,
                                                        const RunningServices& running) {
    const Expansion expansion = expand_aliases(settings.services, settings.aliases);
    if (!expansion.cycles.empty()) return base::failure(cycle_message(expansion.cycles.front()));
    Selecting selecting(settings, surroundings, running);
    for (const std::string& name : expansion.names) {
        if (const auto added = selecting.add(name); !added) return base::passed_on(added.error());
    }
    return selecting.take();
}

}  // namespace config
