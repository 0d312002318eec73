#include "cli/service_message.h"

#include "cli/output.h"
#include "os/file.h"
#include "os/program.h"

namespace cli {

namespace {

std::string file_name(Direction direction) {
    return direction == Direction::start ? "start-msg" : "stop-msg";
}

}  // namespace

bool has_message(Direction direction, const config::NamedService& service) {
    return os::kind_of(os::join_path(service.path, file_name(direction))) == os::FileKind::regular;
}

std::string show_message(Direction direction, const config::NamedService& service) {
    const std::string name = file_name(direction);
    const auto status = os::run_program_on_stderr(os::join_path(service.path, name));
    const std::string shown = service.shown + "/" + name + ": ";
    if (!status) return message("WARNING: " + shown + status.error().message());
    return status->success() ? "" : message("WARNING: " + shown + status->words());
}

}  // namespace cli
