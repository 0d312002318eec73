// The log files that are open now: the ones used last, so that ten thousand services need no ten thousand
// descriptors. Used by the loop. It never writes.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "logs/log_file.h"

namespace logger {

class LogFiles {
  public:
    static constexpr size_t kOpenAtMost = 256;

    explicit LogFiles(std::string playground) : playground_(std::move(playground)) {}

    // Opened, and made, where it is not open yet. Valid until the next call.
    [[nodiscard]] base::Result<logs::LogFile*> open(const std::string& service);
    void close(const std::string& service) { open_.erase(service); }

  private:
    struct Entry {
        logs::LogFile file;
        std::uint64_t used;
    };

    [[nodiscard]] base::Result<logs::LogFile> open_with_room(const std::string& service);
    void close_least_recently_used();

    std::string playground_;
    std::unordered_map<std::string, Entry> open_;
    std::uint64_t uses_ = 0;
};

}  // namespace logger
