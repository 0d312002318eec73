// Notices that the runtime directory, or something that has to be in it, is deleted or moved away while we
// live (man 2 fcntl, F_NOTIFY). Used by the supervisor, one in a process. Idle it makes no system call, and
// it touches no file. The newer inotify would hold up the end of a last stop: closing one that has watches
// waits in the kernel, for 15 ms mostly.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "os/fd.h"
#include "protocol/runtime_directory.h"
#include "supervisor/loop.h"

namespace supervisor {

class RuntimeWatch {
  public:
    // `disturbed` is called once the deleting has been over for a moment, so that it is not disturbed in
    // turn.
    RuntimeWatch(Loop& loop, std::function<void()> disturbed);

    // From now on. Takes SIGIO for it. Where the kernel was built without F_NOTIFY, nothing will be noticed.
    void begin(const protocol::RuntimeDirectory& directory);
    // Calls `disturbed` once more, later.
    void again();

  private:
    void take_signal();

    Loop& loop_;
    std::vector<os::Fd> directories_;  // watched for as long as they are open
    os::Fd signals_;
    std::unique_ptr<Readable> readable_;
    Timer timer_;
};

}  // namespace supervisor
