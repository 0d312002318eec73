// The client's side of one playground's supervisor: requests out, answers and event streams back, over its
// Unix socket. Used by the commands. It starts the playground's keeper where a request needs one, sends a
// request again when a supervisor died under it (they are all idempotent), and prints nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
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

class PlaygroundClient {
  public:
    // Both absolute. Touches nothing yet.
    PlaygroundClient(const std::string& pghome, const std::string& playground);
    ~PlaygroundClient();
    PlaygroundClient(PlaygroundClient&&) noexcept;

    // Nothing where no supervisor runs, and so everything is down.
    [[nodiscard]] Answer<std::optional<protocol::Status>> status();
    // Starts the playground's keeper if none runs. `on_event` gets each event but the last ("end"), which is
    // returned.
    using OnEvent = std::function<void(const protocol::Event&)>;
    [[nodiscard]] Answer<protocol::Event> start(const protocol::StartRequest& request,
                                                const OnEvent& on_event);
    // Where no supervisor runs, `even_if_nothing_runs` decides whether one is started for it (for what
    // escaped), or whether an "end" with `last` is returned at once.
    [[nodiscard]] Answer<protocol::Event> stop(const protocol::StopRequest& request, const OnEvent& on_event,
                                               bool even_if_nothing_runs = false);
    // Held until this object goes; starts no keeper: where no supervisor runs there is nothing to claim yet,
    // and `true` is returned only when the claim is held.
    [[nodiscard]] Answer<bool> claim(const protocol::ClaimRequest& request);
    [[nodiscard]] Answer<protocol::Changes> changes(const protocol::ChangesRequest& request);
    // After an "end" with `last`: until everything of ours in this playground has ended.
    void await_end(const protocol::Event& end);

    // Called between the events of a stream when `seconds` have passed without one, for redrawing.
    void on_silence(double seconds, std::function<void()> call);

  private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

}  // namespace cli
