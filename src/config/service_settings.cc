#include "config/service_settings.h"

#include <array>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "config/script.h"
#include "config/seconds.h"
#include "os/file.h"

namespace config {

namespace {

constexpr size_t kLargestNumberFile = 4096;  // bytes
constexpr int kLowestNotificationFd = 3;     // 0, 1 and 2 are the service's own
constexpr int kHighestNotificationFd = 65535;

std::optional<int> notification_fd_of(std::string_view text) {
    text = base::trim(text);
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    const bool in_range = number >= kLowestNotificationFd && number <= kHighestNotificationFd;
    return in_range ? std::optional(number) : std::nullopt;
}

class Directory {
  public:
    Directory(const std::string& path, const std::string& shown) : path_(path), shown_(shown) {}

    void seconds(const std::string& name, double& result);
    void notification_fd(std::optional<int>& result);
    Script script(const std::string& name);
    void complain(const std::string& name, const std::string& what) {
        complaints_.push_back(os::join_path(shown_, name) + what);
    }
    std::vector<std::string> take() { return std::move(complaints_); }

  private:
    std::optional<std::string> content_of(const std::string& name);

    const std::string& path_;
    const std::string& shown_;
    std::vector<std::string> complaints_;
};

std::optional<std::string> Directory::content_of(const std::string& name) {
    auto content = os::read_file_if_exists(os::join_path(path_, name), kLargestNumberFile);
    if (content) return std::move(*content);
    complain(name, std::string(": ") + std::strerror(content.error().number));
    return std::nullopt;
}

void Directory::seconds(const std::string& name, double& result) {
    const auto text = content_of(name);
    if (!text) return;
    const auto number = seconds_of(std::string_view(*text));
    if (number) {
        result = *number;
    } else {
        complain(name, ":1: '" + base::printable(base::trim(*text)) + "' is not a number of seconds");
    }
}

void Directory::notification_fd(std::optional<int>& result) {
    constexpr const char* name = "notification-fd";
    const auto text = content_of(name);
    if (!text) return;
    result = notification_fd_of(*text);
    if (!result)
        complain(name, ":1: '" + base::printable(base::trim(*text)) + "' is not a number from 3 to 65535");
}

Script Directory::script(const std::string& name) {
    Script found = inspect_script(os::join_path(path_, name), os::join_path(shown_, name), path_);
    if (!found.complaint.empty()) complaints_.push_back(found.complaint);
    return found;
}

}  // namespace

std::expected<ServiceSettings, std::vector<std::string>> load_service_settings(const std::string& directory,
                                                                               const std::string& shown,
                                                                               const Defaults& defaults) {
    ServiceSettings settings{.timeout_ready = defaults.timeout,
                             .timeout_stop = defaults.timeout,
                             .settle = defaults.settle,
                             .tracing = defaults.tracing};
    Directory files(directory, shown);
    const Script run = files.script("run");
    if (!run.exists) files.complain("run", ": is missing; a service needs a program of that name");
    const Script ready = files.script("ready");
    files.seconds("timeout-ready", settings.timeout_ready);
    files.seconds("timeout-stop", settings.timeout_stop);
    files.seconds("poll-ready", settings.poll_ready);
    files.seconds("poll-down", settings.poll_down);
    files.notification_fd(settings.notification_fd);
    settings.has_ready = ready.exists;
    settings.has_helper = run.names_poll_ready;
    settings.run_fingerprint = run.fingerprint;
    settings.ready_fingerprint = ready.fingerprint;
    auto complaints = files.take();
    if (!complaints.empty()) return std::unexpected(std::move(complaints));
    return settings;
}

std::vector<std::string> differences(const ServiceSettings& before, const ServiceSettings& now) {
    const std::array<std::pair<const char*, bool>, 8> changes = {{
        {"run", before.run_fingerprint != now.run_fingerprint},
        {"ready", before.has_ready != now.has_ready || before.ready_fingerprint != now.ready_fingerprint},
        {"timeout-ready", before.timeout_ready != now.timeout_ready},
        {"timeout-stop", before.timeout_stop != now.timeout_stop},
        {"poll-ready", before.poll_ready != now.poll_ready},
        {"poll-down", before.poll_down != now.poll_down},
        {"settle", before.settle != now.settle},
        {"notification-fd", before.notification_fd != now.notification_fd},
    }};
    std::vector<std::string> changed;
    for (const auto& [name, differs] : changes) {
        if (differs) changed.push_back(std::string(name) + " changed");
    }
    return changed;
}

}  // namespace config
