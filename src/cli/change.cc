#include "cli/change.h"

#include <mutex>
#include <optional>
#include <thread>

#include "cli/caller.h"
#include "cli/progress.h"
#include "os/file.h"

namespace cli {

namespace {

// Blocking requests, so several playgrounds are several threads; with one there is no other thread.
class Change {
  public:
    Change(Session& session, const ChangeWish& wish, const Services& services)
        : session_(session), wish_(wish), services_(services), progress_(session, wish.direction, services) {
        if (wish.direction == Direction::start) caller_ = caller(session.surroundings);
    }

    ChangeResult run();

  private:
    void ask(const Share& share, PlaygroundClient& client);
    Answer<protocol::Event> send(const Share& share, PlaygroundClient& client);
    void take(const Share& share, const protocol::Event& event);
    ChangeResult result();

    Session& session_;
    ChangeWish wish_;
    const Services& services_;
    protocol::Caller caller_;
    Progress progress_;
    std::mutex mutex_;
    std::map<std::string, std::string> decisions_;  // by the service's path
    ChangeResult result_;
};

ChangeResult Change::run() {
    const auto shares = shares_of(services_);
    progress_.pass();
    std::vector<std::jthread> threads;
    for (const Share& share : shares) {
        PlaygroundClient& client = session_.playgrounds.client(share.playground);
        if (&share == &shares.back()) {
            ask(share, client);
        } else {
            threads.emplace_back([this, &share, &client] { ask(share, client); });
        }
    }
    threads.clear();
    return result();
}

void Change::ask(const Share& share, PlaygroundClient& client) {
    auto answer = send(share, client);
    const std::lock_guard lock(mutex_);
    if (answer) {
        result_.ends.emplace(share.playground, std::move(*answer));
    } else {
        result_.refusals.push_back(with_path(std::move(answer.error()), share));
    }
}

Answer<protocol::Event> Change::send(const Share& share, PlaygroundClient& client) {
    const Listener listener{.on_event = [&](const protocol::Event& event) { take(share, event); },
                            .interval = progress_.interval(),
                            .on_interval = [this] { progress_.pass(); }};
    if (wish_.stop_first) {
        return client.restart({.services = share.names,
                               .shown_prefix = share.shown_prefix,
                               .force = !session_.settings.no_force,
                               .caller = caller_,
                               .defaults = session_.defaults()},
                              listener);
    }
    if (wish_.direction == Direction::start) {
        return client.start({.services = share.names,
                             .shown_prefix = share.shown_prefix,
                             .force = !session_.settings.no_force,
                             .caller = caller_,
                             .defaults = session_.defaults()},
                            listener);
    }
    return client.stop({.services = share.names,
                        .shown_prefix = share.shown_prefix,
                        .force = !session_.settings.no_force,
                        .defaults = session_.defaults()},
                       listener, wish_.even_if_nothing_runs);
}

void Change::take(const Share& share, const protocol::Event& event) {
    if (is_decision(event)) {
        const std::lock_guard lock(mutex_);
        decisions_[os::join_path(share.playground, event.service)] = event.event;
    }
    progress_.take(share.playground, event);
}

ChangeResult Change::result() {
    for (const auto& service : services_) {
        const auto decision = decisions_.find(service.path);
        if (decision == decisions_.end()) continue;
        const std::string& what = decision->second;
        Services& where = what == "failed"      ? result_.failed
                          : what == "overtaken" ? result_.overtaken
                                                : result_.changed;
        where.push_back(service);
    }
    progress_.finish(result_.complete());
    return std::move(result_);
}

}  // namespace

ChangeResult change(Session& session, const ChangeWish& wish, const Services& services) {
    return Change(session, wish, services).run();
}

}  // namespace cli
