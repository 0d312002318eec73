// A playground and its runtime directory in a private temporary directory, with what the supervisor would do
// for the logger. Used by the logger's tests; it is removed with everything in it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "logs/archive.h"
#include "os/fd.h"
#include "os/file.h"
#include "protocol/records.h"
#include "protocol/runtime_directory.h"
#include "temporary_directory.h"

namespace logger {

// fork(2) for a child that ends with the test, also where that ends in the middle.
inline pid_t fork_child() {
    const pid_t child = ::fork();
    if (child == 0) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

class PlaygroundFixture {
  public:
    PlaygroundFixture() : runtime(directory_.at("run")), playground(directory_.at("playground")) {
        EXPECT_TRUE(os::make_directories(runtime.services(), 0700));
        EXPECT_TRUE(os::make_directories(playground, 0777));
        reports = fifo(runtime.reports());
        commands = fifo(runtime.logger_commands());
    }

    // Open for reading and writing, as the service's keeper holds it.
    os::Fd add_service(const std::string& name) {
        if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
        EXPECT_TRUE(os::make_directories(runtime.service(name), 0700));
        EXPECT_TRUE(os::make_directories(playground + "/" + name, 0777));
        return fifo(runtime.output(name));
    }

    // The slot of a service is 5 for the first one added, 6 for the next, and so on.
    void command(protocol::CommandKind kind, const std::string& name = "", std::uint32_t token = 0) {
        const auto found = std::ranges::find(names_, name);
        const auto slot = static_cast<std::uint32_t>(5 + (found - names_.begin()));
        protocol::Command record{.kind = kind, .service = slot, .token = token};
        record.set_name(name);
        EXPECT_TRUE(os::write_all(commands.get(), {reinterpret_cast<const char*>(&record), sizeof record}));
    }

    void tell_to_leave(pid_t logger) {
        const protocol::Command record{.kind = protocol::CommandKind::leave, .pid = logger};
        EXPECT_TRUE(os::write_all(commands.get(), {reinterpret_cast<const char*>(&record), sizeof record}));
    }

    // The next report of that kind, others skipped; nothing after 20 seconds.
    std::optional<protocol::Report> next_report(protocol::ReportKind kind) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < deadline) {
            pollfd waiting{.fd = reports.get(), .events = POLLIN, .revents = 0};
            if (::poll(&waiting, 1, 1000) <= 0) continue;
            protocol::Report report;
            const std::span bytes(reinterpret_cast<char*>(&report), sizeof report);
            if (os::read_some(reports.get(), bytes).value_or(0) != sizeof report) continue;
            if (report.kind == kind) return report;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::string logs(const std::string& service) const {
        return playground + "/" + service + "/logs";
    }
    [[nodiscard]] std::string current(const std::string& service) const {
        return os::read_file(logs(service) + "/current", 1U << 30).value_or("");
    }
    // All files of the log, oldest first.
    [[nodiscard]] std::string whole_log(const std::string& service) const {
        std::string text;
        for (const auto& name :
             logs::archives_among(os::list_directory(logs(service)).value_or(std::vector<std::string>{}))) {
            text += os::read_file(logs(service) + "/" + name, 1U << 30).value_or("");
        }
        return text + current(service);
    }

  private:
    static os::Fd fifo(const std::string& path) {
        EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0) << path;
        auto fd = os::open(path, O_RDWR);
        EXPECT_TRUE(fd);
        return std::move(*fd);
    }

    TemporaryDirectory directory_;
    std::vector<std::string> names_;

  public:
    protocol::RuntimeDirectory runtime;
    std::string playground;
    os::Fd reports;
    os::Fd commands;
};

}  // namespace logger
