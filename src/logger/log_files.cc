#include "logger/log_files.h"

#include <algorithm>
#include <cerrno>

#include "logger/output_fifo.h"

namespace logger {

base::Result<logs::LogFile*> LogFiles::open(const std::string& service) {
    if (const auto found = open_.find(service); found != open_.end()) {
        found->second.used = ++uses_;
        return &found->second.file;
    }
    if (open_.size() >= kOpenAtMost) close_least_recently_used();
    auto file = open_with_room(service);
    if (!file) return base::passed_on(file.error());
    const auto added = open_.emplace(service, Entry{.file = std::move(*file), .used = ++uses_});
    return &added.first->second.file;
}

base::Result<logs::LogFile> LogFiles::open_with_room(const std::string& service) {
    const std::string directory = logs_directory(playground_, service);
    auto file = logs::LogFile::open(directory);
    if (file || file.error().number != EMFILE || open_.empty()) return file;
    close_least_recently_used();
    return logs::LogFile::open(directory);
}

void LogFiles::close_least_recently_used() {
    const auto oldest = std::ranges::min_element(
        open_, {},
        [](const std::pair<const std::string, Entry>& candidate) { return candidate.second.used; });
    open_.erase(oldest);
}

}  // namespace logger
