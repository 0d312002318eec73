#include "cli/fuser.h"

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "cli/output.h"
#include "os/file.h"
#include "os/open_files.h"
#include "os/path_status.h"
#include "os/standard_streams.h"

namespace cli {

namespace {

constexpr std::string_view kUsage = "usage: pgctl-fuser [-h] [-d] FILE [FILE ...]\n";
constexpr std::string_view kHelp =
    "\n"
    "Shows the pids of the processes that have one of these files open, a line each.\n"
    "\n"
    "options:\n"
    "  -h, --help           show this help and exit\n"
    "  -d, --allow-deleted  also find a deleted file that had this name\n";

struct Wishes {
    bool help = false;
    bool or_deleted = false;
    std::vector<std::string> files;
    std::string unknown;  // an option
};

Wishes parse(const std::vector<std::string>& arguments) {
    Wishes wishes;
    bool options_ended = false;
    for (const std::string& argument : arguments) {
        if (options_ended || argument == "-" || !argument.starts_with('-')) {
            wishes.files.push_back(argument);
        } else if (argument == "--") {
            options_ended = true;
        } else if (argument == "-d" || argument == "--allow-deleted") {
            wishes.or_deleted = true;
        } else if (argument == "-h" || argument == "--help") {
            wishes.help = true;
        } else if (wishes.unknown.empty()) {
            wishes.unknown = argument;
        }
    }
    return wishes;
}

int usage_error(std::string_view what) {
    say(std::string(kUsage).append("pgctl-fuser: error: ").append(what).append("\n"));
    return 2;
}

// As the kernel names it: a deleted file is found by its whole path alone.
std::string whole_path(const std::string& file) {
    const std::string path = os::normalized(file, os::working_directory().value_or("/"));
    const auto parent = os::resolved(os::parent_of(path));
    return parent ? os::join_path(*parent, os::name_of(path)) : path;
}

std::string pids_text(const Wishes& wishes) {
    std::string text;
    for (const std::string& file : wishes.files) {
        for (const pid_t pid : os::holders_of(os::Proc(), whole_path(file), wishes.or_deleted)) {
            text += std::to_string(pid) + "\n";
        }
    }
    return text;
}

}  // namespace

int fuser(int argc, char** argv) {
    os::open_missing_standard_streams();
    os::ignore_broken_pipes();
    const Wishes wishes = parse({argv + 1, argv + argc});
    if (wishes.help) return print(std::string(kUsage).append(kHelp));
    if (!wishes.unknown.empty())
        return usage_error("unrecognized arguments: " + base::printable(wishes.unknown));
    if (wishes.files.empty()) return usage_error("the following arguments are required: FILE");
    return print(pids_text(wishes));
}

}  // namespace cli
