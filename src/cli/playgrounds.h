// The playgrounds a command deals with: which services of which one, and how they are. One client each, kept
// for the command's life. Used by the commands. It starts nothing by itself.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/playground_client.h"
#include "config/selection.h"
#include "model/status.h"

namespace cli {

using Services = std::vector<config::NamedService>;

[[nodiscard]] std::vector<std::string> names_of(const Services& services);

// One playground's part of some services.
struct Share {
    std::string playground;
    std::string shown_prefix;  // what stands before a service's name where its path is shown
    std::vector<std::string> names;
};
// In the order in which the playgrounds are first named. Pure.
[[nodiscard]] std::vector<Share> shares_of(const Services& services);

// How services are; those that are not mentioned are down.
class Standing {
  public:
    void add(const std::string& playground, protocol::Status status);
    [[nodiscard]] model::ServiceStatus of(const config::NamedService& service) const;
    [[nodiscard]] std::string remark_on(const config::NamedService& service) const;
    // Its playground was added.
    [[nodiscard]] bool tells_of(const config::NamedService& service) const;
    // That is what the remark is about.
    [[nodiscard]] bool log_is_unwritten(const config::NamedService& service) const;

  private:
    std::map<std::string, protocol::Status> playgrounds_;
};

class Playgrounds {
  public:
    Playgrounds(std::string pghome, Tell tell) : pghome_(std::move(pghome)), tell_(std::move(tell)) {}

    [[nodiscard]] const std::string& pghome() const { return pghome_; }
    // For a change: what was known of the playground's status is forgotten.
    [[nodiscard]] PlaygroundClient& client(const std::string& playground);
    // Asked for once, until the next change.
    [[nodiscard]] Answer<Standing> standing(const Services& services);
    // The same by the way, and anew each time: what does not answer at once is left out.
    [[nodiscard]] Standing glance(const Services& services);
    // Something waits to be written to the log of one of them. It asks no supervisor, and so wakes none.
    [[nodiscard]] bool output_waits(const Services& services);
    // The names of what is not down in it; nothing where that can't be told (standing() says why).
    [[nodiscard]] std::vector<std::string> running_in(const std::string& playground);

  private:
    [[nodiscard]] const Answer<protocol::Status>& status(const std::string& playground);

    std::string pghome_;
    Tell tell_;
    std::map<std::string, std::unique_ptr<PlaygroundClient>> clients_;
    std::map<std::string, Answer<protocol::Status>> statuses_;
};

}  // namespace cli
