// `pgctl debug`: one service in the foreground. This process becomes its `run`, with the caller's terminal.

#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/debug_environment.h"
#include "cli/hooks.h"
#include "cli/output.h"
#include "cli/runtime_access.h"
#include "cli/steps.h"
#include "config/script.h"
#include "config/service_settings.h"
#include "os/file.h"
#include "os/inherited.h"
#include "os/program.h"
#include "os/standard_streams.h"

namespace cli {

namespace {

// Whoever starts or stops the service later has to look for what this run of it leaves behind.
base::Status leave_mark(const std::string& pghome, const config::NamedService& service) {
    const protocol::RuntimeDirectory directory(pghome, service.playground);
    if (auto made = make(pghome, directory); !made) return made;
    if (auto made = os::make_directories(directory.service(service.name), 0700); !made) return made;
    return os::replace_file(directory.debug_mark(service.name), std::to_string(os::own_pid()) + "\n", 0600);
}

// Nobody waits for the notification, but a service that writes it has to find a descriptor there. Files that
// a start would refuse are no reason not to debug.
base::Status open_notification(const config::NamedService& service) {
    const auto settings = config::load_service_settings(service.path, service.shown, {});
    if (!settings || !settings->notification_fd) return {};
    return os::open_null_at(*settings->notification_fd);
}

base::Error become(const Session& session, const config::NamedService& service) {
    const std::string& pghome = session.playgrounds.pghome();
    if (auto marked = leave_mark(pghome, service); !marked) return marked.error();
    const std::string scratch = pghome + service.path;
    if (auto made = os::make_directories(scratch, 0700); !made) return made.error();
    if (auto changed = os::change_directory(service.path); !changed) return changed.error();
    if (auto opened = open_notification(service); !opened) return opened.error();
    const auto environment = debug_environment(session.surroundings.environment, service.path, scratch);
    return os::become_program("./run", {"./run"}, environment).in(service.shown + "/run");
}

int debug_service(Session& session, const config::NamedService& service) {
    const auto script =
        config::inspect_script(os::join_path(service.path, "run"), service.shown + "/run", service.path);
    if (!script.complaint.empty()) return complain(script.complaint);
    const auto standing = session.playgrounds.standing({service});
    if (!standing) return refuse(standing.error());
    const bool runs =
        standing->of(service) != model::ServiceStatus() || something_escaped(session, {service});
    if (runs && stop_services(session, {service}, {}) != 0) return 1;
    const auto prepared = run_hook(kPreStart, service.playground, session.surroundings);
    if (!prepared) return complain(prepared.error().message());
    return complain(become(session, service).message());
}

}  // namespace

int debug(Session& session) {
    const auto services = session.selected();
    if (!services) return refuse(services.error());
    if (services->size() != 1)
        return complain("Must debug exactly one service, not: " + base::join(names_of(*services), ", "));
    return debug_service(session, services->front());
}

}  // namespace cli
