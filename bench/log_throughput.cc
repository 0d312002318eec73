// How fast lines go from a service's FIFO into its log: through the logger, through a plain read and write
// loop, through cat. g++ -std=gnu++23 -O2 -D_GNU_SOURCE -Isrc bench/log_throughput.cc
// build/*/src/lib{logger,logs,protocol,os,base}.a -o /tmp/bench /tmp/bench [MEGABYTES] [BYTES A WRITE]
// [DIRECTORY]
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "logger/logger.h"
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

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Also by the reader's own processor time, which says more than the clock on a machine that is busy with
// other things.
void report(const char* name, Load load, std::chrono::steady_clock::time_point start, pid_t reader) {
    rusage used{};
    ::wait4(reader, nullptr, 0, &used);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const auto megabytes = static_cast<double>(load.megabytes);
    const double user = seconds_of(used.ru_utime);
    const double system = seconds_of(used.ru_stime);
    std::printf("%-24s %6.0f MB/s, reader alone %6.0f MB/s (user %.2f s, system %.2f s)\n", name,
                megabytes / seconds.count(), megabytes / (user + system), user, system);
    std::fflush(stdout);
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
    measure_pipe("plain read and write", load, [&](int from) { copy_plainly(from, directory + "/plain"); });
    measure_pipe("cat", load, [&](int from) {
        ::dup2(from, 0);
        const auto file = os::open(directory + "/cat", O_WRONLY | O_CREAT | O_TRUNC, 0666);
        ::dup2(file->get(), 1);
        ::execlp("cat", "cat", nullptr);
    });
    return os::remove_tree(directory) ? 0 : 1;
}
