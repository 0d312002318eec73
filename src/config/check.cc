#include "config/check.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "config/aliases.h"
#include "config/interpret.h"
#include "config/keys.h"
#include "config/log_place.h"
#include "config/playground.h"
#include "config/script.h"
#include "config/service_name.h"
#include "config/service_settings.h"
#include "config/sources.h"
#include "os/file.h"
#include "os/path_status.h"

namespace config {

namespace {

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
    const auto meant = base::closest(word, candidates);
    return meant ? "; did you mean '" + base::printable(*meant) + "'?" : "";
}

class Check {
  public:
    Check(const Surroundings& surroundings, const nlohmann::json& command_line)
        : surroundings_(surroundings),
          sources_(read_sources(surroundings, command_line)),
          merged_(sources_.sources) {}

    std::vector<std::string> run();

  private:
    void complain(std::string line) { complaints_.push_back(std::move(line)); }
    void complain_all(const std::vector<std::string>& lines) {
        complaints_.insert(complaints_.end(), lines.begin(), lines.end());
    }
    void values();
    void repeated_keys(const Source& source);
    void unknown_keys(const Source& source);
    void playground();
    void directory(const std::string& playground, const std::string& name);
    void service(const std::string& path, const std::string& shown);
    void hook(const std::string& directory, const std::string& name, const std::string& working_directory);
    void cycles();
    void members(const std::vector<std::string>& names, const std::string& key, const std::string& alias);
    bool is_something(const std::string& name) const;

    const Surroundings& surroundings_;
    Sources sources_;
    Merged merged_;
    Settings settings_;
    std::vector<std::string> services_;  // names, of the playground
    std::string playground_;             // absolute, once it was found
    std::vector<std::string> complaints_;
};

// Also of those that a higher source hides: they come back when that one goes. Each source is read by itself,
// so that each complaint has its own place.
void Check::values() {
    Interpretation meaning = interpret(merged_, surroundings_);
    settings_ = std::move(meaning.settings);
    std::vector<std::string> lines;
    for (const Source& source : sources_.sources) {
        const auto alone = interpret(Merged({source}), surroundings_).complaints;
        lines.insert(lines.end(), alone.begin(), alone.end());
    }
    for (std::string& line : meaning.complaints) {
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
    complain_all(lines);
}

void Check::repeated_keys(const Source& source) {
    for (const auto& [key, line, first_line] : source.document.repeated) {
        complain(source.name + ":" + std::to_string(line) + ": " + base::printable(key) +
                 ": is given on line " + std::to_string(first_line) +
                 " already, and only this one counts; remove one of them");
    }
}

// A variable that is nobody's key may be somebody else's, so only one that is nearly a key is worth a word.
void Check::unknown_keys(const Source& source) {
    const bool from_environment = source.origin == Origin::environment;
    if (source.origin != Origin::file && !from_environment) return;
    for (const auto& [key, unused] : source.document.value.items()) {
        if (std::ranges::binary_search(known_keys(), key)) continue;
        if (from_environment && is_variable_of_ours(key)) continue;
        const std::string meant = did_you_mean(key, known_keys());
        if (from_environment && meant.empty()) continue;
        const Merged alone({source});
        complain(alone.place_of(key) + ": unknown key '" + base::printable(key) + "'" + meant);
    }
}

void Check::playground() {
    const auto found = find_playground(settings_.pgdir, surroundings_);
    if (!found) return complain(found.error().message());
    playground_ = *found;
    const auto names = os::list_directory(*found);
    if (!names) return complain(surroundings_.shown(*found) + ": " + std::strerror(names.error().number));
    if (const auto entered = os::enterable(*found); !entered)
        return complain(surroundings_.shown(*found) + ": " + std::strerror(entered.error().number));
    for (const std::string& name : *names) directory(*found, name);
    hook(*found, "pre-start", os::parent_of(*found));
    hook(*found, "post-stop", os::parent_of(*found));
    for (const auto& [alias, names_of_alias] : settings_.aliases) members(names_of_alias, "aliases", alias);
    if (merged_.origin_of("services") != Origin::built_in) members(settings_.services, "services", "");
}

void Check::directory(const std::string& playground, const std::string& name) {
    const std::string path = os::join_path(playground, name);
    if (os::kind_of(path) != os::FileKind::directory) return;
    const std::string shown = surroundings_.shown(path);
    if (!os::entry_may_exist(os::join_path(path, "run"))) {
        const bool hidden = name.starts_with('.');  // .git and the like: nobody meant a service
        if (!hidden) complain(shown + ": has no run; a service needs a program of that name");
        return;
    }
    services_.push_back(name);
    if (const auto problem = problem_of_name(name)) complain(shown + ": not a service name: " + *problem);
    service(path, shown);
}

void Check::service(const std::string& path, const std::string& shown) {
    const auto loaded = load_service_settings(path, shown, {});
    if (!loaded) complain_all(loaded.error());
    if (auto log = log_complaint(path, shown); !log.empty()) complain(std::move(log));
    if (os::entry_exists(os::join_path(path, "finish")))
        complain(shown + "/finish: is not run by pgctl; let run do it, in a trap, or stop-msg");
    hook(path, "start-msg", surroundings_.working_directory);
    hook(path, "stop-msg", surroundings_.working_directory);
}

void Check::hook(const std::string& directory, const std::string& name,
                 const std::string& working_directory) {
    const std::string path = os::join_path(directory, name);
    if (os::kind_of(path) == os::FileKind::directory) return;  // a service may be called pre-start
    const Script script = inspect_script(path, surroundings_.shown(path), working_directory);
    if (!script.complaint.empty()) complain(script.complaint);
}

void Check::cycles() {
    std::vector<std::string> all;
    for (const auto& [alias, unused] : settings_.aliases) all.push_back(alias);
    for (const std::string& alias : expand_aliases(all, settings_.aliases).cycles) {
        complain(merged_.place_of("aliases", alias) + ": " + cycle_message(alias));
    }
}

bool Check::is_something(const std::string& name) const {
    if (name == kAllServices || settings_.aliases.contains(name)) return true;
    if (name.find('/') < name.find_last_not_of('/')) {
        const auto path = named_path(name, playground_);
        return path && os::entry_exists(os::join_path(*path, "run"));
    }
    return std::ranges::binary_search(services_, name.substr(0, name.find_last_not_of('/') + 1));
}

void Check::members(const std::vector<std::string>& names, const std::string& key, const std::string& alias) {
    std::vector<std::string> candidates = services_;
    for (const auto& [other, unused] : settings_.aliases) candidates.push_back(other);
    for (const std::string& name : names) {
        if (is_something(name)) continue;
        const std::string shown_key = base::printable(alias.empty() ? key : key + "." + alias);
        complain(merged_.place_of(key, alias) + ": " + shown_key + ": there is no service or alias '" +
                 base::printable(name) + "'" + did_you_mean(name, candidates));
    }
}

std::vector<std::string> Check::run() {
    complain_all(sources_.complaints);
    values();
    for (const Source& source : sources_.sources) repeated_keys(source);
    for (const Source& source : sources_.sources) unknown_keys(source);
    cycles();
    playground();
    return std::move(complaints_);
}

}  // namespace

std::vector<std::string> check(const Surroundings& surroundings, const nlohmann::json& command_line) {
    return Check(surroundings, command_line).run();
}

}  // namespace config
