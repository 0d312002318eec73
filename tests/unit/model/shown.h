// A service and what it does as text, times relative to now, so that a table of expectations can be read and
// a failed one tells what is different. For the tests of this folder.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/service.h"

namespace shown {

// "now", "+1500ms", "-10s".
[[nodiscard]] inline std::string time(model::Time time, model::Time now) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - now).count();
    if (milliseconds == 0) return "now";
    const std::string count = milliseconds % 1000 == 0 ? std::to_string(std::abs(milliseconds) / 1000) + "s"
                                                       : std::to_string(std::abs(milliseconds)) + "ms";
    return (milliseconds < 0 ? "-" : "+") + count;
}

namespace detail {

struct State {
    model::Time now;

    [[nodiscard]] std::string at(model::Time when) const { return time(when, now); }
    [[nodiscard]] std::string optional(const char* what, const std::optional<model::Time>& when) const {
        return when ? std::string(", ") + what + " " + at(*when) : std::string();
    }

    std::string operator()(const model::Down&) const { return "down"; }
    std::string operator()(const model::Spawning& s) const { return "spawning since " + at(s.since); }
    std::string operator()(const model::Running& s) const {
        return "running " + std::to_string(s.pid) + " since " + at(s.since) +
               optional("ready", s.ready_since) + optional("check", s.next_check) +
               optional("checking", s.check_began) + optional("failing", s.failing_since);
    }
    std::string operator()(const model::Resting& s) const {
        return "resting since " + at(s.since) + ", until " + at(s.until) +
               (s.set_empty ? ", empty" : ", left") + (s.could_not_execute ? ", unexecutable" : "") +
               (s.held ? ", held" : "");
    }
    std::string operator()(const model::Stopping& s) const {
        return "stopping " + (s.pid ? std::to_string(*s.pid) : "the rest") + " since " + at(s.since) +
               ", until " + at(s.deadline) + (s.force ? ", force" : ", no force") +
               (s.spawn_pending ? ", pending" : "") + (s.overdue ? ", overdue" : "") +
               (s.by_itself ? ", by itself" : "") + optional("killed", s.killed) +
               (s.killed ? ", again " + at(s.kill_again) : "");
    }
    std::string operator()(const model::Draining& s) const { return "draining until " + at(s.until); }
};

struct Action {
    std::string operator()(const model::Spawn&) const { return "Spawn"; }
    std::string operator()(const model::TerminateMain&) const { return "TerminateMain"; }
    std::string operator()(const model::TerminateSet&) const { return "TerminateSet"; }
    std::string operator()(const model::KillSet& a) const { return a.first ? "KillSet" : "KillSet(again)"; }
    std::string operator()(const model::BeginCheck&) const { return "BeginCheck"; }
    std::string operator()(const model::EndCheck&) const { return "EndCheck"; }
    std::string operator()(const model::Say& a) const { return "Say(" + a.text + ")"; }
    std::string operator()(const model::Drain&) const { return "Drain"; }
    std::string operator()(const model::LeaveOutput&) const { return "LeaveOutput"; }
    std::string operator()(const model::Release&) const { return "Release"; }
    std::string operator()(const model::GiveUp& a) const { return a.killed ? "GiveUp(killed)" : "GiveUp"; }
};

}  // namespace detail

// "stopping 12 since -10s, until +2s, force"
[[nodiscard]] inline std::string state(const model::State& state, model::Time now) {
    return std::visit(detail::State{now}, state);
}

// Only what is different: "wanted up; spawning since now; life 8; spawned now"; empty where nothing is.
[[nodiscard]] inline std::string changes(const model::Service& before, const model::Service& after,
                                         model::Time now) {
    std::vector<std::string> texts;
    if (before.wanted != after.wanted)
        texts.push_back(after.wanted == model::Wanted::up ? "wanted up" : "wanted down");
    if (state(before.state, now) != state(after.state, now)) texts.push_back(state(after.state, now));
    if (before.generation != after.generation) texts.push_back("life " + std::to_string(after.generation));
    if (before.restarts != after.restarts) texts.push_back("restarts " + std::to_string(after.restarts));
    if (before.failed_spawns != after.failed_spawns) {
        texts.push_back("failed spawns " + std::to_string(after.failed_spawns));
    }
    if (before.last_spawn != after.last_spawn) texts.push_back("spawned " + time(after.last_spawn, now));
    if (before.last_exit != after.last_exit)
        texts.push_back(after.last_exit ? after.last_exit->words() : "no exit");
    return base::join(texts, "; ");
}

// "EndCheck, Say(text), TerminateMain"
[[nodiscard]] inline std::string actions(const model::Actions& actions) {
    std::vector<std::string> texts;
    for (const model::Action& action : actions) texts.push_back(std::visit(detail::Action{}, action));
    return base::join(texts, ", ");
}

}  // namespace shown
