#include "keeper/spawn.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "protocol/spawn_execution.h"
#include "protocol/spawn_file.h"

namespace keeper {

namespace {

using protocol::SpawnHeader;
using protocol::SpawnStage;

// The spawn file in memory, as a copy of our own.
class MappedPlan {
  public:
    explicit MappedPlan(const char* path) {
        const int fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0) return;
        struct stat file {};
        if (::fstat(fd, &file) == 0 && static_cast<size_t>(file.st_size) >= sizeof(SpawnHeader)) {
            size_ = static_cast<size_t>(file.st_size);
            void* address = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
            if (address != MAP_FAILED) base_ = static_cast<char*>(address);
        }
        ::close(fd);
        if (base_ != nullptr && (header().magic != protocol::kSpawnMagic || header().size != size_)) {
            errno = EBADMSG;
            unmap();
        }
    }
    MappedPlan(const MappedPlan&) = delete;
    MappedPlan& operator=(const MappedPlan&) = delete;
    ~MappedPlan() { unmap(); }

    [[nodiscard]] bool valid() const { return base_ != nullptr; }
    [[nodiscard]] char* address() const { return base_; }

  private:
    [[nodiscard]] const SpawnHeader& header() const { return *reinterpret_cast<const SpawnHeader*>(base_); }
    void unmap() {
        if (base_ != nullptr) ::munmap(base_, size_);
        base_ = nullptr;
    }

    char* base_ = nullptr;
    size_t size_ = 0;
};

}  // namespace

SpawnOutcome spawn(const char* spawn_file) {
    const MappedPlan plan(spawn_file);
    if (!plan.valid()) return {.stage = SpawnStage::spawn_file, .error = errno};
    // The child borrows our memory until it executes (man 2 vfork), so it tells its failure by writing here.
    volatile SpawnStage stage = SpawnStage::none;
    volatile int error = 0;
    const pid_t self = ::getpid();
    const pid_t pid = ::vfork();
    if (pid < 0) return {.stage = SpawnStage::fork, .error = errno};
    if (pid == 0) {
        protocol::execute(plan.address(), self, stage);
        error = errno;
        ::_exit(127);
    }
    if (protocol::was_executed(stage, error)) return {.pid = pid};
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return {.stage = stage, .error = error != 0 ? error : EINTR};
}

}  // namespace keeper
