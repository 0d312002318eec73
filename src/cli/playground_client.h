// The client's side of one playground's supervisor: requests out, answers and event streams back, over its
// Unix socket. Used by the commands. It starts the playground's keeper where a request needs one, has a
// supervisor that is older than itself upgraded before anything else, sends a request again when a supervisor
// died under it (they are all idempotent), and prints nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/upgrade_texts.h"
#include "protocol/messages.h"
#include "protocol/runtime_directory.h"

namespace cli {

// What the supervisor refuses: Complaint's lines, or Claimed.
struct Refusal {
    std::vector<std::string> errors;           // a line each, to be shown as "[pgctl] ERROR: …"
    std::optional<protocol::Claimed> claimed;  // another command's restart is under way
};
template <class T>
using Answer = std::expected<T, Refusal>;

// Hears, in one line, of an upgrade that the client has begun by itself.
using Tell = std::function<void(const std::string& line)>;

// Who hears of a start or a stop while it goes on.
struct Listener {
    std::function<void(const protocol::Event&)> on_event;
    double interval = 0;                // seconds
    std::function<void()> on_interval;  // called when that long has passed without an event, for redrawing
};

[[nodiscard]] Program own_program();

class PlaygroundClient {
  public:
    // Both paths are absolute. Touches nothing yet. Without `tell` nothing is upgraded but by upgrade().
    PlaygroundClient(const std::string& pghome, const std::string& playground, Tell tell);
    ~PlaygroundClient();
    PlaygroundClient(PlaygroundClient&&) noexcept;

    // Nothing where no supervisor runs, and so everything is down.
    [[nodiscard]] Answer<std::optional<protocol::Status>> status();
    // The same by the way, for what is only worth knowing: of no service where no supervisor runs, and
    // nothing where it does not answer within a second. Upgrades nothing.
    [[nodiscard]] std::optional<protocol::Status> glance() const;
    // Whether something that one of them wrote waits for the logger. Without asking the supervisor; false
    // where that can't be told.
    [[nodiscard]] bool output_waits(const std::vector<std::string>& services) const;
    // Starts the playground's keeper if none runs. The listener gets each event but the last ("end"), which
    // is returned.
    [[nodiscard]] Answer<protocol::Event> start(const protocol::StartRequest& request,
                                                const Listener& listener);
    // Where no supervisor runs, `even_if_nothing_runs` decides whether one is started for it (for what
    // escaped), or whether an "end" with `last` is returned at once.
    [[nodiscard]] Answer<protocol::Event> stop(const protocol::StopRequest& request, const Listener& listener,
                                               bool even_if_nothing_runs = false);
    // As start(), but what is up is stopped before. Once the supervisor has it, it does not need us any more.
    [[nodiscard]] Answer<protocol::Event> restart(const protocol::RestartRequest& request,
                                                  const Listener& listener);
    // Held until this object goes; starts no keeper: where no supervisor runs there is nothing to claim yet,
    // and nothing is returned.
    [[nodiscard]] Answer<std::optional<protocol::Held>> claim(const protocol::ClaimRequest& request);
    // A stop has found these down: whoever is about to start them is told. Where nobody hears it, nobody
    // starts them.
    void overtake(const std::vector<std::string>& services);
    [[nodiscard]] Answer<protocol::Changes> changes(const protocol::ChangesRequest& request);
    // From what `running` tells of, to our own program; returns what there is to say of it.
    [[nodiscard]] Answer<std::string> upgrade(const protocol::Status& running);
    // Where nothing is up: until everything of ours in this playground has ended, or another command has
    // started something. What was claimed is let go.
    void await_end();

  private:
    [[nodiscard]] bool upgrade_by_itself(const protocol::Status& running);
    [[nodiscard]] std::optional<Refusal> meet();

    struct Connection;
    std::unique_ptr<Connection> connection_;
    Tell tell_;
    bool met_ = false;  // the supervisor's version is known, and what had to be upgraded was
};

}  // namespace cli
