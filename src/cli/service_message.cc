#include "cli/service_message.h"

#include "base/text.h"
#include "cli/output.h"
#include "os/file.h"
#include "os/program.h"

namespace cli {

namespace {

std::string lines_of(const std::string& output) {
    const std::string_view text = base::trim(output);
    return text.empty() ? std::string() : std::string(text).append("\n");
}

std::string file_name(Direction direction) {
    return direction == Direction::start ? "start-msg" : "stop-msg";
}

}  // namespace

bool has_message(Direction direction, const config::NamedService& service) {
    return os::kind_of(os::join_path(service.path, file_name(direction))) == os::FileKind::regular;
}

std::string service_message(Direction direction, const config::NamedService& service) {
    const std::string shown = service.shown + "/" + file_name(direction);
    const auto result = os::capture_program(os::join_path(service.path, file_name(direction)));
    if (!result) return message("WARNING: " + result.error().message().insert(0, shown + ": "));
    if (result->status.success()) return lines_of(result->output);
    return message("WARNING: " + shown + ": " + result->status.words()) + lines_of(result->output);
}

}  // namespace cli
