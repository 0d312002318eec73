#include "cli/arguments.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "base/version.h"
#include "cli/usage.h"
#include "config/settings.h"

namespace cli {

namespace {

struct Options {
    bool help = false;
    bool version = false;
    bool verbose = false;
    bool json = false;
    bool no_force = false;
    bool force = false;  // accepted, and has had no meaning for a long time
    bool all = false;
    std::string pgdir;
    std::string pghome;
    std::string config;
};

constexpr std::array<std::string_view, 10> kLongOptions = {"--help",   "--version", "--verbose",  "--pgdir",
                                                           "--pghome", "--json",    "--no-force", "--force",
                                                           "--config", "--all"};

std::unexpected<Farewell> error(std::string_view what) {
    return std::unexpected(Farewell{.text = usage_error(what), .is_error = true});
}

// The rest of the options, where `word` begins more than one.
std::string ambiguous(const std::string& word, const std::vector<std::string>& matches) {
    return "ambiguous option: " + word + " could match " + base::join(matches, ", ");
}

// Scripts may have used the beginning of an option in its place, as argparse allows.
std::expected<std::string, Farewell> unabbreviated(const std::string& argument) {
    const size_t equals = argument.find('=');
    const std::string word = argument.substr(0, equals);
    if (!word.starts_with("--") || word.size() < 3 || std::ranges::count(kLongOptions, word) > 0)
        return argument;
    std::vector<std::string> matches;
    for (const std::string_view option : kLongOptions) {
        if (option.starts_with(word)) matches.emplace_back(option);
    }
    if (matches.size() > 1) return error(ambiguous(word, matches));
    if (matches.empty()) return argument;
    return matches.front() + argument.substr(word.size());
}

void declare(CLI::App& app, Options& options) {
    app.set_help_flag();
    app.allow_extras();
    app.add_flag("-h,--help", options.help);
    app.add_flag("--version", options.version);
    app.add_flag("--verbose", options.verbose);
    app.add_flag("--json", options.json);
    app.add_flag("--no-force", options.no_force);
    app.add_flag("--force", options.force);
    app.add_flag("-a,--all", options.all);
    app.add_option("--pgdir", options.pgdir)->take_last();
    app.add_option("--pghome", options.pghome)->take_last();
    app.add_option("--config", options.config)->take_last();
    for (CLI::Option* option : app.get_options()) option->disable_flag_override();
}

// In argparse's words. All that the parser itself can object to is a value that is missing or not wanted, and
// what it says begins with the option's name.
std::string objection(const std::string& message) {
    const std::string named = message.starts_with("--") ? message : "--" + message;
    const std::string option = named.substr(0, named.find_first_of(": "));
    const bool wants_value = option == "--pgdir" || option == "--pghome" || option == "--config";
    return "argument " + option + (wants_value ? ": expected one argument" : ": takes no value");
}

std::optional<Farewell> parse(CLI::App& app, const Options& options, std::vector<std::string> arguments) {
    std::ranges::reverse(arguments);  // as App::parse() wants them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& problem) {
        return Farewell{.text = usage_error(objection(problem.what())), .is_error = true};
    }
    if (options.help) return Farewell{.text = help_text()};
    if (options.version) return Farewell{.text = std::string(base::version()) + "\n"};
    return std::nullopt;
}

// What remains when the options are taken out, and what stood after "--".
struct Words {
    std::vector<std::string> words;
    std::vector<std::string> unknown_options;
};

Words sorted_out(const std::vector<std::string>& remaining, const std::vector<std::string>& after_dashes) {
    Words sorted;
    for (const std::string& word : remaining) {
        const bool is_option = word.size() > 1 && word.starts_with('-');
        (is_option ? sorted.unknown_options : sorted.words).push_back(word);
    }
    sorted.words.insert(sorted.words.end(), after_dashes.begin(), after_dashes.end());
    return sorted;
}

std::string invalid_command(const std::string& word) {
    return "argument command: invalid choice: '" + base::printable(word) + "' (choose from '" +
           base::join(command_names(), "', '") + "')";
}

std::optional<std::string> problem_of(const Words& words, const Options& options) {
    if (!words.words.empty() && std::ranges::count(command_names(), words.words.front()) == 0)
        return invalid_command(words.words.front());
    if (words.words.empty()) return "the following arguments are required: command";
    if (options.all && words.words.size() > 1) return "argument services: not allowed with argument --all/-a";
    if (!words.unknown_options.empty())
        return "unrecognized arguments: " + base::printable(base::join(words.unknown_options, " "));
    return std::nullopt;
}

nlohmann::json as_given(const CLI::App& app, const Options& options, const std::vector<std::string>& words) {
    nlohmann::json given = {{"command", words.front()}};
    if (options.verbose) given["verbose"] = true;
    if (options.json) given["json"] = true;
    if (options.no_force) given["no_force"] = true;
    if (app.count("--pgdir") > 0) given["pgdir"] = options.pgdir;
    if (app.count("--pghome") > 0) given["pghome"] = options.pghome;
    if (app.count("--config") > 0) given["config"] = options.config;
    if (options.all) given["services"] = {config::kAllServices};
    if (words.size() > 1) given["services"] = std::vector<std::string>(words.begin() + 1, words.end());
    return given;
}

}  // namespace

std::expected<nlohmann::json, Farewell> parse_arguments(const std::vector<std::string>& arguments) {
    // "--" is looked for here: for the parser, what follows it would be like what precedes it.
    const auto dashes = std::ranges::find(arguments, "--");
    std::vector<std::string> with_options;
    for (auto word = arguments.begin(); word != dashes; ++word) {
        auto full = unabbreviated(*word);
        if (!full) return std::unexpected(std::move(full.error()));
        with_options.push_back(std::move(*full));
    }
    const std::vector<std::string> after_dashes(dashes == arguments.end() ? dashes : dashes + 1,
                                                arguments.end());
    CLI::App app;
    Options options;
    declare(app, options);
    if (auto farewell = parse(app, options, std::move(with_options)))
        return std::unexpected(std::move(*farewell));
    const Words words = sorted_out(app.remaining(), after_dashes);
    if (const auto problem = problem_of(words, options)) return error(*problem);
    return as_given(app, options, words.words);
}

}  // namespace cli
