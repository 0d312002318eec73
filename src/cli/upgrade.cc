// `pgctl upgrade`: what runs of ours goes on as the program that this command is. Services are not touched.

#include "base/version.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/upgrade_texts.h"

namespace cli {

namespace {

int upgrade_playground(PlaygroundClient& client) {
    const auto running = client.status();
    if (!running) return refuse(running.error());
    if (!*running) {
        say(message("Nothing to upgrade: nothing is running"));
        return 0;
    }
    const protocol::Status& status = **running;
    if (status.program == own_program().identity) {
        say(message(already_current_text(status.version)));
        return 0;
    }
    const auto upgraded = client.upgrade(status);
    if (!upgraded) return refuse(upgraded.error());
    say(message(*upgraded));
    return 0;
}

}  // namespace

int upgrade(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    int code = 0;
    const auto shares = shares_of(*services);
    if (shares.empty()) say(message("Nothing to upgrade: nothing is running"));
    for (const Share& share : shares) {
        if (upgrade_playground(session.playgrounds.client(share.playground)) != 0) code = 1;
    }
    return code;
}

}  // namespace cli
