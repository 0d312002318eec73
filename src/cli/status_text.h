// `pgctl status` as text and as JSON. Used by the command status. Pure.
#pragma once

#include <string>
#include <vector>

#include "model/status.h"

namespace cli {

struct ServiceLine {
    std::string name;
    model::ServiceStatus status;
    std::string remark;  // what else there is to say of it, empty mostly; not in JSON
};

// Sorted by name, which is expected to be unique. Each service is one line, and one more below it where there
// is something to tell.
[[nodiscard]] std::string status_text(std::vector<ServiceLine> lines, bool coloured);
// Keys sorted, indented by 4, as Python's json.dumps does it.
[[nodiscard]] std::string status_json(const std::vector<ServiceLine>& lines);

}  // namespace cli
