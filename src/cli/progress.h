// Tells how a start or a stop goes on: what has been decided, what is being killed, and on a terminal the log
// box with what is still to come. Used by change. It keeps count of nothing but what is shown.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/change_texts.h"
#include "cli/decision_batch.h"
#include "cli/playgrounds.h"
#include "cli/session.h"
#include "logs/log_box.h"

namespace cli {

// Its functions may be called from one thread for each playground.
class Progress {
  public:
    Progress(const Session& session, Direction direction, const Services& services);

    // How often pass() wants to be called while nothing else happens, in seconds.
    [[nodiscard]] double interval() const;
    void take(const std::string& playground, const protocol::Event& event);
    // Time has passed.
    void pass();
    // Nothing more will come. `all_done`: every service is where it was asked to be.
    void finish(bool all_done);

  private:
    void tell_batch();
    void note(size_t place, const protocol::Event& event);
    void tell(const std::string& text);
    void tell_without_box(std::string text);
    void redraw(std::string text);
    [[nodiscard]] size_t place_of(const std::string& playground, const std::string& name) const;
    [[nodiscard]] std::vector<std::string> waiting() const;

    const Session& session_;
    Direction direction_;
    const Services& services_;
    std::unordered_map<std::string, size_t> places_;  // by the service's path
    DecisionBatch batch_;
    std::vector<bool> decided_;  // by place
    std::optional<logs::LogBox> box_;
    std::mutex mutex_;
};

}  // namespace cli
