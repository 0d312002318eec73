#include "cli/hooks.h"

#include "config/script.h"
#include "os/file.h"
#include "os/path_status.h"
#include "os/program.h"

namespace cli {

base::Status run_hook(const std::string& name, const std::string& playground,
                      const config::Surroundings& surroundings) {
    const std::string path = os::join_path(playground, name);
    // A directory is a service that happens to have this name.
    if (!os::entry_exists(path) || os::kind_of(path) == os::FileKind::directory) return {};
    const std::string shown = surroundings.shown(path), directory = os::parent_of(playground);
    const auto script = config::inspect_script(path, shown, directory);
    if (!script.complaint.empty()) return base::failure(script.complaint);
    const auto status = os::run_program(path, directory);
    if (!status) return base::passed_on(base::Error(status.error()).in(shown));
    if (!status->success()) return base::failure(shown + ": failed with " + status->words());
    return {};
}

}  // namespace cli
