#include "config/sources.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "config/config_file.h"
#include "config/keys.h"
#include "config/words.h"
#include "os/file.h"

namespace config {

namespace {

constexpr std::string_view kVariablePrefix = "PGCTL_";
constexpr std::string_view kListSuffix = "_list";

class Reading {
  public:
    explicit Reading(const Surroundings& surroundings) : surroundings_(surroundings) {}

    void add_global_files();
    void add_files_upwards();
    void add_environment();
    void add_file(const std::string& path);
    void add(Origin origin, std::string name, Document document) {
        result_.sources.push_back({origin, std::move(name), std::move(document)});
    }
    Sources take() { return std::move(result_); }

  private:
    void add_level(const std::string& prefix);
    void add_variable(std::string_view name, std::string_view value);

    const Surroundings& surroundings_;
    Sources result_;
};

void Reading::add_global_files() {
    const auto skip = surroundings_.variable("PGCTL_NO_GLOBAL_CONFIG");
    if (skip && truth_of(*skip) == true) return;
    const std::string prefix(surroundings_.filled_variable("PREFIX").value_or("/"));
    const std::string root = os::join_path(surroundings_.working_directory, prefix);
    add_level(os::join_path(root, "etc/pgctl"));
    if (const auto home = surroundings_.home()) add_level(os::join_path(*home, ".pgctl"));
}

void Reading::add_files_upwards() {
    for (const std::string& directory : surroundings_.directories_upwards() | std::views::reverse) {
        add_level(os::join_path(directory, "pgctl"));
    }
}

void Reading::add_level(const std::string& prefix) {
    auto paths = config_files_at(prefix);
    if (!paths) return result_.complaints.push_back(paths.error().message());
    if (paths->size() == 1) add_file(paths->front());
    if (paths->size() < 2) return;
    for (std::string& path : *paths) path = surroundings_.shown(path);
    result_.complaints.push_back("multiple configurations found, keep one of: " + base::join(*paths, ", "));
}

void Reading::add_file(const std::string& path) {
    const std::string shown = surroundings_.shown(path);
    auto document = read_config_file(path, shown);
    if (!document) {
        result_.complaints.push_back(document.error().message());
        return;
    }
    add(Origin::file, shown, std::move(*document));
}

void Reading::add_environment() {
    for (const std::string_view entry : surroundings_.environment) {
        const size_t equals = entry.find('=');
        if (!entry.starts_with(kVariablePrefix) || equals == std::string_view::npos) continue;
        add_variable(entry.substr(0, equals), entry.substr(equals + 1));
    }
}

void Reading::add_variable(std::string_view name, std::string_view value) {
    std::string key = lower_case(name.substr(kVariablePrefix.size()));
    if (key.empty()) return;
    Document document;
    if (key.ends_with(kListSuffix)) {
        key.resize(key.size() - kListSuffix.size());
        document.value[key] = base::words(value);
    } else {
        document.value[key] = value;
    }
    add(Origin::environment, "environment variable " + base::printable(name), std::move(document));
}

}  // namespace

Sources read_sources(const Surroundings& surroundings, const nlohmann::json& command_line) {
    Reading reading(surroundings);
    reading.add(Origin::built_in, "default", {.value = default_values(surroundings), .lines = {}});
    reading.add_global_files();
    reading.add_files_upwards();
    reading.add_environment();
    const auto named = command_line.find("config");
    if (named != command_line.end() && named->is_string()) {
        reading.add_file(os::join_path(surroundings.working_directory, named->get<std::string>()));
    }
    // These two are the command line's alone, whatever a file or a variable says.
    Document line{.value = {{"command", nullptr}, {"config", nullptr}}, .lines = {}};
    line.value.update(command_line);
    reading.add(Origin::command_line, "command line", std::move(line));
    return reading.take();
}

}  // namespace config
