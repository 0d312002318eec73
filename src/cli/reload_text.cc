#include "cli/reload_text.h"

#include "base/text.h"
#include "cli/output.h"

namespace cli {

Services outdated_services(const Services& services, const Changed& changed) {
    Services outdated;
    for (const auto& service : services) {
        const auto found = changed.find(service.path);
        if (found != changed.end() && !found->second.empty()) outdated.push_back(service);
    }
    return outdated;
}

std::string reload_text(const Services& services, const Changed& changed) {
    std::vector<std::string> reloading, unchanged;
    for (const auto& service : services) {
        const auto found = changed.find(service.path);
        if (found == changed.end()) continue;
        if (found->second.empty()) {
            unchanged.push_back(service.name);
        } else {
            reloading.push_back(service.name + " (" + base::join(found->second, ", ") + ")");
        }
    }
    if (reloading.empty() && unchanged.empty())
        return message("Nothing to reload, not running: " + base::join(names_of(services), ", "));
    std::string text;
    if (!reloading.empty()) text += message("Reloading: " + base::join(reloading, ", "));
    if (!unchanged.empty()) text += message("Unchanged: " + base::join(unchanged, ", "));
    return text;
}

}  // namespace cli
