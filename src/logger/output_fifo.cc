#include "logger/output_fifo.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>

#include "logger/journal.h"
#include "os/pipe.h"

namespace logger {

namespace {

constexpr rlim_t kDescriptorsForLogFiles = 4;

// The kernel gives out the lowest free number, so a high one says that few are left.
bool near_the_limit(int number) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
    return static_cast<rlim_t>(number) + kDescriptorsForLogFiles >= limit.rlim_cur;
}

base::Result<OutputFifo> opened(const std::string& path, int flags) {
    auto fd = os::open(path, O_RDONLY | O_NONBLOCK | flags);
    if (!fd) return base::passed_on(fd.error());
    if (near_the_limit(fd->get())) return base::system_error(path, EMFILE);
    struct stat found {};
    if (::fstat(fd->get(), &found) != 0) return base::system_error(path);
    if (!S_ISFIFO(found.st_mode)) return base::system_error(path, EINVAL);
    return OutputFifo{.fd = std::move(*fd), .identity = os::identity_of(found)};
}

}  // namespace

base::Result<OutputFifo> open_output(const std::string& path) {
    return opened(path, O_NOFOLLOW);
}

base::Result<OutputFifo> open_held_output(const std::string& descriptor) {
    return opened(descriptor, 0);
}

void enlarge_if_full(OutputFifo& output, size_t waiting) {
    // Writes of little more than half a page take a page each.
    if (output.enlarged || waiting <= kBatchCapacity / 2) return;
    output.enlarged = true;
    (void)os::enlarge_pipe(output.fd.get(), 2 * kBatchCapacity);
}

std::string logs_directory(std::string_view playground, std::string_view service) {
    return std::string(playground).append("/").append(service).append("/logs");
}

}  // namespace logger
