// By what our processes know each other in /proc (man 5 proc, cmdline and comm). What is shown to people is
// in keeper/title.h.
#pragma once

#include <string_view>

namespace protocol {

// The one argument of a service's keeper, before the path of the service; a role's are words of their own.
constexpr std::string_view kKeeperTitle = "pgctl keeper ";
// The name of everything of ours.
constexpr std::string_view kOurName = "pgctl";
// The name of what we have forked to execute something of a service, until it has. It shows its parent's
// arguments and environment meanwhile.
constexpr const char* kBeforeExecution = "pgctl executing";

}  // namespace protocol
