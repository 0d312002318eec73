// What must outlive the supervisor, in one file of fixed slots, a slot per service: a line of JSON behind its
// checksum. A slot is rewritten in place by one write, which SIGKILL can't split, so a change costs the same
// with one service and with ten thousand. Slot 0 says of which version and boot the file is. Used by the
// playground at each step, and once by a new supervisor. It decides nothing of what it reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/service_settings.h"
#include "model/service.h"
#include "os/fd.h"
#include "os/process.h"

namespace supervisor {

inline constexpr size_t kSlotSize = 1536;

// Everything of a service that its next supervisor needs.
struct Record {
    std::string name;
    model::Service service;
    os::ProcessId keeper;  // pid 0: none
    os::ProcessId main;    // pid 0: none, or not told yet
    bool strays = false;   // an earlier keeper was killed: some of its processes may live outside of this one
    config::ServiceSettings settings;
};

// Pure: the slot's bytes, kSlotSize of them, and back; nothing where the checksum or the content is wrong.
[[nodiscard]] std::string to_slot(const Record& record);
[[nodiscard]] std::optional<Record> from_slot(std::string_view slot);

class StateFile {
  public:
    StateFile() = default;
    // Opens or creates `path`. Records of another boot are dropped: nothing of them can be alive. A damaged
    // file is kept beside it as `path`.damaged; one of another format is an error, and is left alone.
    [[nodiscard]] static base::Result<StateFile> open(const std::string& path, const std::string& boot_id);

    // As found when the file was opened; the place in the list is the slot's number, 0 and broken ones are
    // empty.
    [[nodiscard]] const std::vector<std::optional<Record>>& found() const { return found_; }
    // Whether `path` still leads to it.
    [[nodiscard]] bool at(const std::string& path) const;
    [[nodiscard]] base::Status write(std::uint32_t slot, const Record& record);
    // When there is nothing more to tell: a program of another format may be the next that starts something.
    // Nothing where it was not opened.
    void remove();

  private:
    StateFile(std::string path, os::Fd file, std::vector<std::optional<Record>> found)
        : path_(std::move(path)), file_(std::move(file)), found_(std::move(found)) {}
    std::string path_;
    os::Fd file_;
    std::vector<std::optional<Record>> found_;
};

}  // namespace supervisor
