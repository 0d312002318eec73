#include "supervisor/spawn_failure.h"

#include <cerrno>
#include <cstring>

#include "base/text.h"

namespace supervisor {

namespace {

const char* name_of(protocol::SpawnStage stage) {
    using enum protocol::SpawnStage;
    switch (stage) {
        case none:
            break;
        case fork:
            return "fork";
        case session:
            return "setsid";
        case spawn_file:
            return "spawn file";
        case working_directory:
            return "chdir";
        case output:
            return "output";
        case notification:
            return "notification-fd";
        case limits:
            return "setrlimit";
        case exec:
            return "exec";
    }
    return "spawn";
}

}  // namespace

std::string interpreter_of(std::string_view script) {
    if (!script.starts_with("#!")) return {};
    const std::string_view line = script.substr(2, script.find('\n') - 2);
    const auto words = base::words(line);
    if (words.empty()) return {};
    return line.ends_with('\r') && words.size() == 1 ? words[0] + "\\r" : words[0];
}

std::string describe_spawn_failure(protocol::SpawnStage stage, int error, std::string_view script) {
    std::string text = std::string(name_of(stage)) + ": " + ::strerrordesc_np(error);
    const std::string interpreter = interpreter_of(script);
    if (stage == protocol::SpawnStage::exec && error == ENOENT && !interpreter.empty()) {
        text += " (interpreter " + base::printable(interpreter) + ")";
    }
    return text;
}

}  // namespace supervisor
