#include "keeper/programs.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "keeper/role.h"
#include "os/program_file.h"

namespace keeper {

base::Status Programs::open_candidate(const protocol::Command& upgrade) {
    const auto program = os::open_program_of(upgrade.pid);
    if (!program) return base::passed_on(program.error());
    const auto identity = os::program_identity(program->get());
    if (!identity) return base::passed_on(identity.error());
    // Only the client itself can tell which program it is; its number may be somebody else's by now.
    if (*identity != upgrade.name) return base::system_error("program", ESTALE);
    // Out of the way of what a role finds at its first numbers.
    os::Fd candidate(::fcntl(program->get(), F_DUPFD_CLOEXEC, kPassedFd + 1));
    if (!candidate.valid()) return base::system_error("program");
    candidate_ = std::move(candidate);
    return {};
}

std::string Programs::for_roles() const {
    for (const os::Fd* program : {&candidate_, &proven_}) {
        if (program->valid()) return os::executable_path(program->get());
    }
    return Role{}.program;
}

void Programs::close() const {
    for (const os::Fd* program : {&candidate_, &proven_}) {
        if (program->valid()) ::close(program->get());
    }
}

}  // namespace keeper
