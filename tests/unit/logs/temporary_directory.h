// A private directory for one test, removed with everything in it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "os/fd.h"
#include "os/file.h"

namespace logs {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        path_ = "/tmp/pgctl-logs-XXXXXX";
        EXPECT_NE(::mkdtemp(path_.data()), nullptr);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() { (void)os::remove_tree(path_); }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }
    void write(const std::string& name, const std::string& text) const { put(name, text, O_TRUNC); }
    void append(const std::string& name, const std::string& text) const { put(name, text, O_APPEND); }
    [[nodiscard]] std::string read(const std::string& name) const {
        return os::read_file(path(name), 1U << 30).value_or("");
    }

  private:
    void put(const std::string& name, const std::string& text, int flags) const {
        const auto file = os::open(path(name), O_WRONLY | O_CREAT | flags, 0666);
        ASSERT_TRUE(file) << file.error().message();
        EXPECT_TRUE(os::write_all(file->get(), text));
    }

    std::string path_;
};

}  // namespace logs
