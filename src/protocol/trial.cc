#include "protocol/trial.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "os/fd.h"
#include "os/file.h"
#include "protocol/records.h"

namespace protocol {

bool on_trial() {
    return std::getenv(kTrialVariable) != nullptr;
}

base::Status tell_fit(const RuntimeDirectory& directory) {
    const auto keeper = os::open(directory.keeper_commands(), O_WRONLY | O_NOFOLLOW);
    if (!keeper) return base::passed_on(keeper.error());
    const Command fit{.kind = CommandKind::fit, .pid = ::getpid()};
    return os::write_all(keeper->get(), {reinterpret_cast<const char*>(&fit), sizeof fit});
}

int tell_unfit(const RuntimeDirectory& directory, const std::string& reason) {
    static_cast<void>(os::replace_file(directory.unfit(), reason, 0600));
    return kUnfit;
}

}  // namespace protocol
