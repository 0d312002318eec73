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

    // What a neighbour's keeper is to be started with.
    [[nodiscard]] std::string neighbour(std::string_view name) const {
        return root_ + "/" + std::string(name);
    }
    // The upgrade that was asked for last, with what became of it: a protocol::Upgrade.
    [[nodiscard]] std::string upgrade() const { return root_ + "/upgrade"; }
    // Why a program on trial can't take over, in words.
    [[nodiscard]] std::string unfit() const { return root_ + "/unfit"; }

    // One directory per service that was ever started.
    [[nodiscard]] std::string services() const { return root_ + "/services"; }
    [[nodiscard]] std::string service(std::string_view name) const {
        return services().append("/").append(name);
    }
    [[nodiscard]] std::string spawn_file(std::string_view name) const { return service(name) + "/spawn"; }
    // What `ready` is to be run as: a SpawnPlan, by pgctl-poll-ready in this life of the service.
    [[nodiscard]] std::string check_file(std::string_view name) const { return service(name) + "/check"; }
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
