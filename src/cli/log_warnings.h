// What keeps logs from being written, for whoever looks at them: each such log is told of once, for as long
// as it lasts. Used by `pgctl log`. Pure; it asks nobody.
#pragma once

#include <set>
#include <string>

#include "cli/playgrounds.h"

namespace cli {

class LogWarnings {
  public:
    // The lines of what was not so when it was asked last, in the words of `pgctl status`.
    [[nodiscard]] std::string news(const Services& services, const Standing& standing);
    // Something was told of that may have ended.
    [[nodiscard]] bool lasting() const { return !told_.empty(); }

  private:
    std::set<std::string> told_;  // paths of services
};

}  // namespace cli
