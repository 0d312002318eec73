#include "cli/usage.h"

namespace cli {

namespace {

constexpr std::string_view kUsage =
    "usage: pgctl [-h] [--version] [--verbose] [--pgdir DIRECTORY]\n"
    "             [--pghome DIRECTORY] [--json] [--no-force] [--config FILE]\n"
    "             [--all | -a] COMMAND [SERVICE ...]\n";

constexpr std::string_view kDescription = R"(
commands:
  start                start services, and wait until they are ready
  stop                 stop services, and wait until every process of theirs has gone
  status               show the state of services
  restart              stop services, then start them
  reload               restart the running services whose files or settings have changed
  log                  show the last lines of services' logs; on a terminal, follow them
  debug                run one service in the foreground
  config               show the merged configuration, as JSON
  upgrade              go on with this program under running services
  check                report everything that is wrong with playground and configuration

SERVICE is a name, an alias or an absolute path; none is the alias 'default'.

options:
  -h, --help           show this help and exit
  --version            show the version and exit
  --verbose            say more, for instance when a logger is stopped
  --pgdir DIRECTORY    the playground: a name to be looked for, or an absolute path
  --pghome DIRECTORY   where the state of running services is kept
  --json               status as JSON
  --no-force           kill nothing that does not stop
  --config FILE        a further configuration file, above all others
  --all, -a            act on all services
)";

}  // namespace

const std::vector<std::string>& command_names() {
    static const std::vector<std::string> names = {"start", "stop",  "status", "restart", "reload",
                                                   "log",   "debug", "config", "check",   "upgrade"};
    return names;
}

std::string help_text() {
    return std::string(kUsage).append(kDescription);
}

std::string usage_error(std::string_view what) {
    return std::string(kUsage).append("pgctl: error: ").append(what).append("\n");
}

}  // namespace cli
