#include "supervisor/escaped.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "os/file.h"
#include "os/marked.h"

namespace supervisor {

namespace {

// The ends of several processes, awaited together; keeps itself alive until it has called back.
class Wait : public std::enable_shared_from_this<Wait> {
  public:
    Wait(Loop& loop, std::function<void()> done) : loop_(loop), done_(std::move(done)), timer_(loop, [this] { finish(); }) {}

    void begin(const os::Proc& proc, const std::vector<os::ProcessId>& processes, model::Time deadline) {
        self_ = shared_from_this();
        for (const os::ProcessId& id : processes) {
            auto process = os::Process::open(proc, id);
            if (process) fds_.push_back(std::move(*process).take_fd());
        }
        left_ = fds_.size();
        if (left_ == 0) return finish();
        timer_.set(deadline);
        for (const os::Fd& fd : fds_) watch(fd.get());
    }

  private:
    void watch(int fd) {
        const size_t place = watches_.size();
        watches_.push_back(std::make_unique<Readable>(loop_, fd, [this, place] {
            watches_[place].reset();
            if (--left_ == 0) finish();
        }));
    }

    void finish() {
        timer_.cancel();
        watches_.clear();
        if (done_) loop_.post(std::exchange(done_, nullptr));
        loop_.post([self = std::move(self_)] {});
    }

    Loop& loop_;
    std::function<void()> done_;
    Timer timer_;
    std::vector<os::Fd> fds_;
    std::vector<std::unique_ptr<Readable>> watches_;
    size_t left_ = 0;
    std::shared_ptr<Wait> self_;
};

}  // namespace

std::vector<os::ProcessId> Escaped::of(const std::string& service, pid_t caller) {
    const std::string mark = directory_.debug_mark(service);
    const bool debugged = os::exists(mark);
    if (!found_ || debugged) found_ = os::marked_processes(proc_, playground_);
    std::vector<os::ProcessId> processes = std::exchange((*found_)[playground_ + "/" + service], {});
    if (debugged && processes.empty()) ::unlink(mark.c_str());
    if (processes.empty()) return processes;
    const std::vector<pid_t> spared = os::lineage(proc_, caller);
    std::erase_if(processes, [&](const os::ProcessId& process) {
        return std::ranges::find(spared, process.pid) != spared.end() || !os::Process::open(proc_, process);
    });
    return processes;
}

void Escaped::terminate(const std::vector<os::ProcessId>& processes) const {
    for (const os::ProcessId& id : processes) {
        const auto process = os::Process::open(proc_, id);
        if (!process) continue;
        static_cast<void>(process->signal(SIGTERM));
        static_cast<void>(process->signal(SIGCONT));
    }
}

void Escaped::kill(const std::vector<os::ProcessId>& processes) const {
    for (const os::ProcessId& id : processes) {
        if (const auto process = os::Process::open(proc_, id)) static_cast<void>(process->signal(SIGKILL));
    }
}

void Escaped::await_end(const std::vector<os::ProcessId>& processes, model::Time deadline, std::function<void()> done) {
    std::make_shared<Wait>(loop_, std::move(done))->begin(proc_, processes, deadline);
}

}  // namespace supervisor
