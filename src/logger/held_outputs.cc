#include "logger/held_outputs.h"

#include <unistd.h>

#include "os/proc.h"
#include "protocol/kept_services.h"

namespace logger {

std::vector<HeldOutput> held_outputs(const protocol::RuntimeDirectory& runtime) {
    const os::Proc proc;
    std::vector<HeldOutput> held;
    for (const protocol::KeptService& kept : protocol::kept_services(proc, proc.all())) {
        if (proc.user(kept.keeper).value_or(::geteuid() + 1) != ::geteuid()) continue;
        for (const os::OpenFile& file : kept.deleted_outputs) {
            if (!file.path.starts_with(runtime.output(kept.name))) continue;  // followed by " (deleted)"
            auto output = open_held_output(file.descriptor);
            if (output) held.push_back({.service = kept.name, .output = std::move(*output)});
        }
    }
    return held;
}

}  // namespace logger
