#include "cli/playgrounds.h"

#include <algorithm>

namespace cli {

std::vector<std::string> names_of(const Services& services) {
    std::vector<std::string> names;
    for (const auto& service : services) names.push_back(service.name);
    return names;
}

std::vector<Share> shares_of(const Services& services) {
    std::vector<Share> shares;
    for (const auto& service : services) {
        auto share = std::ranges::find(shares, service.playground, &Share::playground);
        if (share == shares.end()) {
            const size_t prefix = service.shown.size() - std::min(service.shown.size(), service.name.size());
            shares.push_back(
                {.playground = service.playground, .shown_prefix = service.shown.substr(0, prefix)});
            share = std::prev(shares.end());
        }
        share->names.push_back(service.name);
    }
    return shares;
}

void Standing::add(const std::string& playground, protocol::Status status) {
    playgrounds_.insert_or_assign(playground, std::move(status));
}

model::ServiceStatus Standing::of(const config::NamedService& service) const {
    const auto playground = playgrounds_.find(service.playground);
    if (playground == playgrounds_.end()) return {};
    const auto found = playground->second.services.find(service.name);
    return found == playground->second.services.end() ? model::ServiceStatus() : found->second;
}

std::string Standing::remark_on(const config::NamedService& service) const {
    const auto playground = playgrounds_.find(service.playground);
    if (playground == playgrounds_.end()) return {};
    const auto found = playground->second.remarks.find(service.name);
    return found == playground->second.remarks.end() ? std::string() : found->second;
}

bool Standing::tells_of(const config::NamedService& service) const {
    return playgrounds_.contains(service.playground);
}

bool Standing::log_is_unwritten(const config::NamedService& service) const {
    const auto playground = playgrounds_.find(service.playground);
    return playground != playgrounds_.end() &&
           std::ranges::count(playground->second.unwritten_logs, service.name) > 0;
}

PlaygroundClient& Playgrounds::client(const std::string& playground) {
    statuses_.erase(playground);
    auto& client = clients_[playground];
    if (!client) client = std::make_unique<PlaygroundClient>(pghome_, playground, tell_);
    return *client;
}

const Answer<protocol::Status>& Playgrounds::status(const std::string& playground) {
    const auto known = statuses_.find(playground);
    if (known != statuses_.end()) return known->second;
    auto answer = client(playground).status();
    if (!answer) return statuses_.emplace(playground, std::unexpected(answer.error())).first->second;
    return statuses_.emplace(playground, answer->value_or(protocol::Status())).first->second;
}

Answer<Standing> Playgrounds::standing(const Services& services) {
    Standing standing;
    for (const auto& share : shares_of(services)) {
        const auto& answer = status(share.playground);
        if (!answer) return std::unexpected(answer.error());
        standing.add(share.playground, *answer);
    }
    return standing;
}

Standing Playgrounds::glance(const Services& services) {
    Standing standing;
    for (const auto& share : shares_of(services)) {
        if (auto status = client(share.playground).glance())
            standing.add(share.playground, std::move(*status));
    }
    return standing;
}

bool Playgrounds::output_waits(const Services& services) {
    return std::ranges::any_of(shares_of(services), [this](const Share& share) {
        return client(share.playground).output_waits(share.names);
    });
}

std::vector<std::string> Playgrounds::running_in(const std::string& playground) {
    std::vector<std::string> names;
    const auto& answer = status(playground);
    if (!answer) return names;
    for (const auto& [name, unused] : answer->services) names.push_back(name);
    return names;
}

}  // namespace cli
