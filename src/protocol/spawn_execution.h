// The child's side of a spawn: becomes what a laid out SpawnPlan says. Used by a service's keeper for ./run,
// and by the supervisor for ./ready. It allocates nothing and makes async-signal-safe calls only, in a child
// that may have borrowed its parent's memory (man 2 vfork).
#pragma once

#include <sys/types.h>

#include "protocol/records.h"
#include "protocol/spawn_file.h"

namespace protocol {

// `plan` is what layout() made, in memory that may be written to, and used once. Returns, with errno, where a
// stage failed, or does not return. `stage` is at any time the one that it is at: a child that ended before
// `exec` has executed nothing. Signal dispositions are the caller's business; the mask is emptied.
// Where `parent` was killed meanwhile, who would have kept what is executed, nothing is.
void execute(char* plan, pid_t parent, volatile SpawnStage& stage);

// For the parent, after a vfork: whether that went well. Where a vfork is a fork, as under valgrind, the
// parent sees nothing of it, and hears of a failure by the child's end.
[[nodiscard]] constexpr bool was_executed(SpawnStage stage, int error) {
    return error == 0 && (stage == SpawnStage::exec || stage == SpawnStage::none);
}

}  // namespace protocol
