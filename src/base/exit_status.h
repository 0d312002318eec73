// How a process ended: the status word of waitpid as a value.
// Used by the model, the protocol and the client. It never waits for anything.
#pragma once

#include <compare>
#include <optional>
#include <string>

namespace base {

class ExitStatus {
  public:
    // `wait_status` is what waitpid(2) stored; a stopped or continued status is a bug of the caller's.
    [[nodiscard]] static ExitStatus from_wait(int wait_status);
    // Of a word that came through a file: one that waitpid would not have stored counts as a kill.
    [[nodiscard]] static ExitStatus from_record(int wait_status);
    [[nodiscard]] static ExitStatus exited(int code) { return ExitStatus(code, 0); }
    [[nodiscard]] static ExitStatus signalled(int signal) { return ExitStatus(0, signal); }

    [[nodiscard]] bool success() const { return code_ == 0 && signal_ == 0; }
    // 0 to 255 where the process called exit, nothing where a signal ended it.
    [[nodiscard]] std::optional<int> code() const;
    [[nodiscard]] std::optional<int> signal() const;
    // "exit code 3", "SIGKILL".
    [[nodiscard]] std::string words() const;

    auto operator<=>(const ExitStatus&) const = default;

  private:
    ExitStatus(int code, int signal) : code_(code), signal_(signal) {}
    int code_;
    int signal_;
};

}  // namespace base
