// `pgctl status`: how the services are. It starts nothing and makes nothing.

#include <unistd.h>

#include <map>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/status_text.h"
#include "os/terminal.h"

namespace cli {

namespace {

// A name that occurs in several playgrounds tells nothing: the path does.
std::vector<ServiceLine> lines_for(const Services& services, const Standing& standing) {
    std::map<std::string, int> uses;
    for (const auto& service : services) ++uses[service.name];
    std::vector<ServiceLine> lines;
    for (const auto& service : services) {
        lines.push_back({.name = uses[service.name] == 1 ? service.name : service.shown,
                         .status = standing.of(service),
                         .remark = standing.remark_on(service)});
    }
    return lines;
}

}  // namespace

int status(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    const auto standing = session.playgrounds.standing(*services);
    if (!standing) return refuse(standing.error());
    const auto lines = lines_for(*services, *standing);
    if (session.settings.json) return print(status_json(lines));
    return print(status_text(lines, os::is_terminal(STDOUT_FILENO)));
}

}  // namespace cli
