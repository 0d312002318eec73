// What a person is told of a service: the five components of `pgctl status`, and their words (contract:
// README). Used by the supervisor to answer, and by the client to print. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/service.h"

namespace model {

struct ServiceStatus {
    std::string state = "down";  // "ready", "up" or "down"
    std::optional<int> pid;
    std::optional<int> exitcode;
    std::optional<std::int64_t> seconds;  // since it is in that state, whole
    std::optional<std::string> process;   // "starting" or "stopping"

    bool operator==(const ServiceStatus&) const = default;
};

// `living` is a main process of which its keeper has not told yet; it counts while a life is being begun.
[[nodiscard]] ServiceStatus status_of(const Service& service, const Policy& policy, Time now,
                                      std::optional<int> living = {});

// "up (pid 12) 2 seconds, stopping"
[[nodiscard]] std::string in_words(const ServiceStatus& status);

// "3 seconds", "1.5 minutes", "2.0 hours", "1.0 days"
[[nodiscard]] std::string in_words(std::int64_t seconds);

}  // namespace model
