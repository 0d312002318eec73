// A private directory for one test, with verbs to fill it; it is removed with everything in it.
// For the unit tests of all layers, as a member or as a base of their fixtures. It knows nothing of what the
// files mean.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

class TemporaryDirectory {
  public:
    // Relative paths are relative to `inner`, a directory in it.
    explicit TemporaryDirectory(const std::string& inner = "") : root(made()), base_(root + "/" + inner) {
        std::filesystem::create_directories(base_);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(root, ignored);
    }

    [[nodiscard]] std::string at(const std::string& path) const { return (base_ / path).string(); }

    // Each makes the directories that it needs.
    void file(const std::string& path, const std::string& content, mode_t mode = 0644) const {
        put(path, content, std::ios::trunc);
        EXPECT_EQ(::chmod(at(path).c_str(), mode), 0) << at(path);
    }
    void append(const std::string& path, const std::string& content) const {
        put(path, content, std::ios::app);
    }
    void directory(const std::string& path) const { std::filesystem::create_directories(at(path)); }
    void link(const std::string& path, const std::string& target) const {
        make_parent(path);
        std::filesystem::create_symlink(target, at(path));
    }
    void fifo(const std::string& path) const {
        make_parent(path);
        EXPECT_EQ(::mkfifo(at(path).c_str(), 0600), 0) << at(path);
    }

    void remove(const std::string& path) const { std::filesystem::remove_all(at(path)); }
    // Empty where there is no such file.
    [[nodiscard]] std::string content(const std::string& path) const {
        std::ifstream stream(at(path), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    const std::string root;  // without symbolic links in it

  private:
    static std::string made() {
        std::string pattern = (std::filesystem::temp_directory_path() / "pgctl-unit-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
        return std::filesystem::canonical(pattern).string();
    }
    void make_parent(const std::string& path) const {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
    }
    void put(const std::string& path, const std::string& content, std::ios::openmode mode) const {
        make_parent(path);
        std::ofstream stream(at(path), std::ios::binary | mode);
        stream << content;
        EXPECT_TRUE(stream.flush()) << at(path);
    }

    std::filesystem::path base_;
};
