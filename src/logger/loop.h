// The logger's event loop: every service's FIFO to its log file, a batch each in turn, and the supervisor's
// commands. Used by run() alone. One thread; it never waits for anything but epoll, and idle it makes no
// system call at all.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "logger/commands.h"
#include "logger/journal.h"
#include "logger/log_files.h"
#include "logger/reports.h"
#include "logger/service.h"
#include "logger/transfer.h"
#include "os/epoll.h"
#include "os/pipe.h"
#include "protocol/records.h"
#include "protocol/runtime_directory.h"

namespace logger {

class Loop {
  public:
    // Recovers what an earlier logger was killed in, and opens the FIFO of every service that has a writer.
    [[nodiscard]] static base::Result<std::unique_ptr<Loop>> make(protocol::RuntimeDirectory runtime,
                                                                  std::string playground,
                                                                  Transfer::Environment environment = {});
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Until the command to finish was carried out, or an error of epoll.
    [[nodiscard]] base::Status run();

  private:
    struct Means;  // everything that is opened before there is a loop
    using Time = std::chrono::steady_clock::time_point;

    Loop(protocol::RuntimeDirectory runtime, std::string playground, Means means,
         Transfer::Environment environment);
    [[nodiscard]] base::Status start();
    void take_over(const std::string& name);
    [[nodiscard]] base::Status wait();
    [[nodiscard]] std::optional<std::chrono::milliseconds> time_to_wait() const;
    [[nodiscard]] base::Status watch_reports();

    void take_commands();
    void carry_out(const protocol::Command& command);
    void open_log(const protocol::Command& command);
    void drain_log(const protocol::Command& command);
    void close_log(const protocol::Command& command);
    void finish();
    void leave(const protocol::Command& command);

    [[nodiscard]] Service* find(const std::string& name);
    Service& add(const std::string& name);
    Service& place_for(const std::string& name);
    void forget(Service& service);
    [[nodiscard]] base::Status open_fifo(Service& service);
    [[nodiscard]] base::Status watch(Service& service, OutputFifo output);
    void set_replaced_fifo_aside(const std::string& name);
    void set_aside(Service& service);
    void open_deleted_fifos();

    void try_again_later();
    void retry_when_due();
    void take_turns();
    void make_ready(Service& service);
    [[nodiscard]] bool take_turn(Service& service);
    [[nodiscard]] bool nothing_more(Service& service);
    void forget_if_over(Service& service);
    [[nodiscard]] base::Status prepare(Service& service);
    [[nodiscard]] base::Result<size_t> move_batch(Service& service);
    [[nodiscard]] base::Status drain(Service& service);
    [[nodiscard]] base::Status drain_waiting(Service& service);
    [[nodiscard]] base::Status drain_set_aside(const std::string& name);
    [[nodiscard]] base::Status end_line(Service& service);
    void note(Service& service, const base::Status& status);
    void tell(Service& service);

    protocol::RuntimeDirectory runtime_;
    std::string playground_;
    Journal journal_;
    std::unique_ptr<os::PipePeek> peek_;
    os::Epoll epoll_;
    CommandFifo commands_;
    Reports reports_;
    Transfer transfer_;
    LogFiles files_;

    std::deque<Service> services_;  // by place; one that was forgotten leaves its place to the next
    std::unordered_map<std::string, size_t> by_name_;
    std::vector<size_t> free_;
    size_t set_aside_ = 0;  // how many were replaced
    std::vector<size_t> ready_;
    std::vector<size_t> turn_;
    std::optional<Time> retry_at_;  // set while a log is blocked
    bool commands_waiting_ = true;
    bool watching_reports_ = false;
    bool finished_ = false;
};

}  // namespace logger
