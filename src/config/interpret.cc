#include "config/interpret.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/keys.h"
#include "config/seconds.h"
#include "config/words.h"
#include "os/file.h"

namespace config {

namespace {

std::string quoted(const nlohmann::json& value) {
    constexpr size_t kLongest = 60;
    std::string text = value.is_string()
                           ? "'" + base::printable(value.get_ref<const std::string&>()) + "'"
                           : value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
    return text;
}

class Interpreter {
  public:
    Interpreter(const Merged& merged, const Surroundings& surroundings)
        : merged_(merged), surroundings_(surroundings) {}

    Interpretation run();

  private:
    // Nothing where nobody said anything.
    const nlohmann::json* value_of(const std::string& key) const;
    void complain(const std::string& key, const std::string& what, const std::string& inner = "");
    void seconds(const std::string& key, double& result);
    void flag(const std::string& key, bool& result);
    void text(const std::string& key, std::string& result);
    void names(const nlohmann::json& value, const std::string& key, const std::string& inner,
               std::vector<std::string>& result);
    void aliases();
    void pghome();

    const Merged& merged_;
    const Surroundings& surroundings_;
    Interpretation result_;
};

const nlohmann::json* Interpreter::value_of(const std::string& key) const {
    const auto found = merged_.values().find(key);
    return found == merged_.values().end() ? nullptr : &*found;
}

void Interpreter::complain(const std::string& key, const std::string& what, const std::string& inner) {
    const std::string shown = base::printable(inner.empty() ? key : key + "." + inner);
    result_.complaints.push_back(merged_.place_of(key, inner) + ": " + shown + ": " + what);
}

void Interpreter::seconds(const std::string& key, double& result) {
    const nlohmann::json* value = value_of(key);
    if (value == nullptr) return;
    std::optional<double> number;
    if (value->is_string()) number = seconds_of(value->get_ref<const std::string&>());
    if (value->is_number()) number = seconds_of(value->get<double>());
    if (number) {
        result = *number;
    } else {
        complain(key, quoted(*value) + " is not a number of seconds");
    }
}

void Interpreter::flag(const std::string& key, bool& result) {
    const nlohmann::json* value = value_of(key);
    if (value == nullptr) return;
    std::optional<bool> truth;
    if (value->is_null()) truth = false;  // as Python has it, and so 5.2.1
    if (value->is_boolean()) truth = value->get<bool>();
    if (value->is_number()) truth = value->get<double>() != 0;
    if (value->is_string()) truth = truth_of(value->get_ref<const std::string&>());
    if (truth) {
        result = *truth;
    } else {
        complain(key, quoted(*value) + " is neither true nor false");
    }
}

void Interpreter::text(const std::string& key, std::string& result) {
    const nlohmann::json* value = value_of(key);
    if (value == nullptr) return;
    if (!value->is_string()) return complain(key, "should be text, not " + quoted(*value));
    const auto& content = value->get_ref<const std::string&>();
    if (content.empty()) return complain(key, "is empty");
    if (content.find('\0') != std::string::npos) return complain(key, "has a NUL byte");
    result = content;
}

void Interpreter::names(const nlohmann::json& value, const std::string& key, const std::string& inner,
                        std::vector<std::string>& result) {
    const bool is_list = value.is_array();
    if (!is_list && !value.is_string()) {
        return complain(key, "should be a name or a list of names, not " + quoted(value), inner);
    }
    std::vector<std::string> found;
    for (const auto& name : is_list ? value : nlohmann::json::array({value})) {
        if (!name.is_string()) {
            const bool is_scalar = !name.is_structured() && !name.is_null();
            return complain(key, quoted(name) + " is not a name" + (is_scalar ? "; write it in quotes" : ""),
                            inner);
        }
        found.push_back(name.get<std::string>());
    }
    result = std::move(found);
}

void Interpreter::aliases() {
    const nlohmann::json* value = value_of("aliases");
    if (value == nullptr) return;
    if (!value->is_object()) {
        return complain("aliases", "should be a mapping of names to lists of names, not " + quoted(*value));
    }
    for (const auto& [alias, members] : value->items()) {
        names(members, "aliases", alias, result_.settings.aliases[alias]);
    }
}

void Interpreter::pghome() {
    std::string written = default_pghome(surroundings_);
    text("pghome", written);
    const auto path = surroundings_.expanded(written);
    if (!path && value_of("pghome") == nullptr) return;  // a single source, which does not say where
    if (!path)
        return complain("pghome", "the home directory in '" + base::printable(written) + "' is not known");
    result_.settings.pghome = os::normalized(*path, surroundings_.working_directory);
}

Interpretation Interpreter::run() {
    Settings& settings = result_.settings;
    settings.pgdir = "playground";
    settings.services = {"default"};
    settings.aliases = {{"default", {kAllServices}}};
    if (const auto* command = value_of("command"); command != nullptr && command->is_string())
        settings.command = command->get<std::string>();
    text("pgdir", settings.pgdir);
    pghome();
    if (const auto* services = value_of("services")) names(*services, "services", "", settings.services);
    aliases();
    seconds("timeout", settings.timeout);
    seconds("poll", settings.poll);
    seconds("settle", settings.settle);
    flag("json", settings.json);
    flag("no_force", settings.no_force);
    flag("verbose", settings.verbose);
    flag("embedded_log_viewer", settings.embedded_log_viewer);
    flag("force_enable_log_viewer", settings.force_enable_log_viewer);
    flag("environment_process_tracing", settings.environment_process_tracing);
    return std::move(result_);
}

}  // namespace

Interpretation interpret(const Merged& merged, const Surroundings& surroundings) {
    return Interpreter(merged, surroundings).run();
}

}  // namespace config
