// How fast lines of 100 bytes go from a service's FIFO into its log: through the logger, through a plain loop
// that stamps and rotates as well but would lose or double lines when it is killed, through one that does not
// even stamp, through cat. Prints a JSON object, megabytes a second by way. Used by bench/run: log_throughput
// [MEGABYTES] [BYTES A WRITE] [DIRECTORY].
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "logger/logger.h"
#include "logs/line_layout.h"
#include "logs/log_file.h"
#include "logs/stamp.h"
#include "os/fd.h"
#include "os/file.h"
#include "protocol/records.h"
#include "protocol/runtime_directory.h"

namespace {

struct Load {
    size_t megabytes;
    size_t bytes_a_write;
};

void write_lines(int output, Load load) {
    std::string text;
    while (text.size() < load.bytes_a_write) text += std::string(99, 'x') + '\n';
    text.resize(load.bytes_a_write);
    for (size_t written = 0; written < load.megabytes * 1'000'000; written += text.size()) {
        if (!os::write_all(output, text)) std::exit(1);
    }
}

pid_t in_child(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    work();
    ::_exit(0);
}

void tell(int commands, protocol::CommandKind kind) {
    protocol::Command command{.kind = kind};
    command.set_name("web");
    (void)os::write_all(commands, {reinterpret_cast<const char*>(&command), sizeof command});
}

void copy_plainly(int from, const std::string& path) {
    const auto file = os::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    std::vector<char> buffer(65536);
    while (const size_t count = os::read_some(from, buffer).value_or(0)) {
        (void)os::write_all(file->get(), {buffer.data(), count});
    }
}

// What the logger does to a batch, and nothing that makes it survive its own death.
void stamp_plainly(int from, const std::string& directory) {
    auto opened = logs::LogFile::open(directory);
    if (!opened) std::exit(1);
    logs::LogFile file = std::move(*opened);
    logs::Stamper stamper;
    std::vector<char> buffer(65536), text(4 * 65536);
    while (const size_t count = os::read_some(from, buffer).value_or(0)) {
        std::string_view batch(buffer.data(), count);
        while (!batch.empty()) {
            (void)file.refresh();
            const logs::FileRoom room{.size = file.size(), .max_bytes = logs::Rotation().max_bytes};
            const logs::Layout layout =
                logs::lay_out(batch, file.mid_line(), stamper.stamp(logs::wall_time_now()), room, text);
            if (layout.rotate_first && !file.rotate(logs::wall_time_now(), {}, {})) std::exit(1);
            if (!file.append({text.data(), layout.laid})) std::exit(1);
            batch.remove_prefix(layout.taken);
        }
    }
}

std::map<std::string, double> found;  // megabytes a second

void report(const char* name, Load load, std::chrono::steady_clock::time_point start, pid_t reader) {
    ::waitpid(reader, nullptr, 0);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    found[name] = static_cast<double>(load.megabytes) / seconds.count();
}

void measure_pipe(const char* name, Load load, const std::function<void(int)>& reader) {
    auto pipe = os::make_pipe();
    const pid_t child = in_child([&] {
        pipe->write_end.reset();
        reader(pipe->read_end.get());
    });
    const auto start = std::chrono::steady_clock::now();
    write_lines(pipe->write_end.get(), load);
    pipe->write_end.reset();
    report(name, load, start, child);
}

void measure_logger(const std::string& directory, Load load) {
    const protocol::RuntimeDirectory runtime(directory + "/run");
    (void)os::make_directories(runtime.service("web"), 0700);
    (void)os::make_directories(directory + "/playground/web", 0777);
    for (const auto& path : {runtime.reports(), runtime.logger_commands(), runtime.output("web")}) {
        ::mkfifo(path.c_str(), 0600);
    }
    const auto commands = os::open(runtime.logger_commands(), O_RDWR);
    const auto output = os::open(runtime.output("web"), O_RDWR);
    tell(commands->get(), protocol::CommandKind::open_log);
    const pid_t child = in_child([&] { ::_exit(logger::run(runtime.root(), directory + "/playground")); });
    const auto start = std::chrono::steady_clock::now();
    write_lines(output->get(), load);
    tell(commands->get(), protocol::CommandKind::finish);
    report("logger", load, start, child);
}

}  // namespace

int main(int count, char** arguments) {
    const Load load{.megabytes = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 2000,
                    .bytes_a_write = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 65536};
    std::string directory = std::string(count > 3 ? arguments[3] : "/tmp") + "/pgctl-bench-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr) return 1;
    measure_logger(directory, load);
    measure_pipe("plain, stamped", load, [&](int from) { stamp_plainly(from, directory + "/stamped"); });
    measure_pipe("plain", load, [&](int from) { copy_plainly(from, directory + "/plain"); });
    measure_pipe("cat", load, [&](int from) {
        ::dup2(from, 0);
        const auto file = os::open(directory + "/cat", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        ::dup2(file->get(), 1);
        ::execlp("cat", "cat", nullptr);
    });
    std::printf("%s\n", nlohmann::json(found).dump().c_str());
    return os::remove_tree(directory) ? 0 : 1;
}
