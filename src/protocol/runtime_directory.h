// The names of everything below <pghome>/<absolute path of the playground>/.pgctl/, the playground's runtime
// directory. Used by every role and the client; it only makes paths and touches no file.
#pragma once

#include <string>
#include <string_view>

namespace protocol {

class RuntimeDirectory {
  public:
    // `playground` is absolute.
    RuntimeDirectory(std::string_view pghome, std::string_view playground)
        : root_(std::string(pghome).append(playground).append("/.pgctl")) {}
    // From its own path, as the roles get it.
    explicit RuntimeDirectory(std::string root) : root_(std::move(root)) {}

    [[nodiscard]] const std::string& root() const { return root_; }
    [[nodiscard]] std::string socket() const { return root_ + "/control.sock"; }
    [[nodiscard]] std::string lock() const { return root_ + "/lock"; }
    [[nodiscard]] std::string reports() const { return root_ + "/events"; }          // FIFO of Report
    [[nodiscard]] std::string keeper_commands() const { return root_ + "/keeper"; }  // FIFO of Command
    [[nodiscard]] std::string logger_commands() const { return root_ + "/logger"; }  // FIFO of Command
    [[nodiscard]] std::string state() const { return root_ + "/state"; }
    [[nodiscard]] std::string log_journal() const { return root_ + "/log-journal"; }

    // One directory per service that was ever started.
    [[nodiscard]] std::string services() const { return root_ + "/services"; }
    [[nodiscard]] std::string service(std::string_view name) const {
        return services().append("/").append(name);
    }
    [[nodiscard]] std::string spawn_file(std::string_view name) const { return service(name) + "/spawn"; }
    [[nodiscard]] std::string output(std::string_view name) const {
        return service(name) + "/output";
    }  // FIFO
    // Written by `pgctl debug`: whoever starts the service later has to look for what that left.
    [[nodiscard]] std::string debug_mark(std::string_view name) const { return service(name) + "/debug"; }
    [[nodiscard]] std::string notification(std::string_view name) const {
        return service(name) + "/notify";
    }  // FIFO

  private:
    std::string root_;
};

}  // namespace protocol
