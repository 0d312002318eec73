// One log file, read on as it grows: through rotation, truncation, deletion and being made again.
// Used to follow logs and for the log box. It asks when it is told to, never waits, and makes no file.
#pragma once

#include <cstdint>
#include <string>

#include "os/fd.h"
#include "os/file_identity.h"

namespace logs {

class LogReader {
  public:
    explicit LogReader(std::string path) : path_(std::move(path)) {}

    // The last lines there are now; what comes after them is new. To be called first, if at all.
    [[nodiscard]] std::string last_lines(size_t lines);
    // What was added since, about kAtMost bytes at most; nothing: there is no more now.
    [[nodiscard]] std::string read_new();

    static constexpr size_t kAtMost = 256 * 1024;

  private:
    void open();
    [[nodiscard]] bool path_has_another_file() const;
    [[nodiscard]] std::string read_on();
    void go_back_to(std::uint64_t size);

    std::string path_;
    os::Fd file_;
    os::FileIdentity identity_;
    std::uint64_t read_ = 0;  // bytes of the file
    std::string first_;       // bytes of the file: they tell whether a shorter one was begun anew
};

}  // namespace logs
