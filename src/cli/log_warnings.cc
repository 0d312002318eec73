#include "cli/log_warnings.h"

#include "base/text.h"
#include "cli/output.h"

namespace cli {

std::string LogWarnings::news(const Services& services, const Standing& standing) {
    std::string text;
    for (const auto& service : services) {
        if (!standing.tells_of(service)) continue;
        if (!standing.log_is_unwritten(service)) {
            told_.erase(service.path);
        } else if (told_.insert(service.path).second) {
            text += message("WARNING: " + base::printable(standing.remark_on(service)));
        }
    }
    return text;
}

}  // namespace cli
