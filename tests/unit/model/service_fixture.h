// One service with a clock of its own, and verbs for what happens to it. For the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "model/service.h"
#include "model/status.h"
#include "shown.h"

class ServiceTest : public testing::Test {
  protected:
    // --- what happens ---
    void start() { happens(model::WantUp{}); }
    void stop() { happens(model::WantDown{}); }
    void stop_without_force() { happens(model::WantDown{.force = false}); }
    void restart_from_within() { happens(model::Restart{}); }
    void spawned(int pid) { happens(model::Spawned{.pid = pid}); }
    void not_spawned() { happens(model::SpawnFailed{}); }
    void exits(int code) { ends(base::ExitStatus::exited(code), true); }
    void exits_leaving_others(int code) { ends(base::ExitStatus::exited(code), false); }
    void is_killed_by(int signal) { ends(base::ExitStatus::signalled(signal), true); }
    void others_are_found_left() { happens(model::LeftOver{}); }
    void becomes_empty() { happens(model::SetEmpty{}); }
    void drained() { happens(model::Drained{}); }
    void log_is_blocked() { happens(model::Drained{.complete = false}); }
    void check_passes() { happens(model::CheckEnded{.passed = true}); }
    void check_fails() { happens(model::CheckEnded{.passed = false}); }
    void comes_to_its_helper() { happens(model::PollBegun{}); }
    void notifies() { happens(model::Notified{}); }
    void runs(int pid) {
        start();
        spawned(pid);
    }

    // The clock goes on, and stops wherever the service wants to be woken on the way.
    void advance(model::Duration duration) {
        const model::Time end = now + duration;
        for (auto wake = due(); wake && *wake <= end; wake = due()) {
            if (*wake < now) FAIL() << "wants to be woken in the past, at " << shown::time(*wake, now);
            now = *wake;
            happens(model::TimePassed{});
            if (++wakes > 1000) FAIL() << "does not stop waking";
        }
        now = end;
    }

    // --- what comes of it ---
    // All that was done since this was asked last.
    std::string done() { return shown::actions(std::exchange(actions, {})); }
    [[nodiscard]] std::string state() const { return shown::state(service.state, now); }
    [[nodiscard]] bool ready() const { return model::is_ready(service, policy); }
    [[nodiscard]] bool down() const { return model::is_down(service); }
    [[nodiscard]] std::optional<model::Time> due() const { return model::wake_at(service, policy); }
    [[nodiscard]] std::string due_in() const { return due() ? shown::time(*due(), now) : "never"; }
    [[nodiscard]] std::string words() const {
        return model::in_words(model::status_of(service, policy, now));
    }

    model::Service service;
    model::Policy policy;
    model::Time now = std::chrono::seconds(1000);
    model::Actions actions;
    int wakes = 0;

  private:
    void happens(const model::Event& event) {
        for (model::Action& action : model::step(service, policy, event, now))
            actions.push_back(std::move(action));
    }
    void ends(base::ExitStatus status, bool set_empty) {
        happens(model::MainEnded{.status = status, .set_empty = set_empty});
    }
};
