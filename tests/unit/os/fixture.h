// A private directory with verbs to fill it, also as a /proc of our own making. For the tests of this folder.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "os/proc.h"

class InADirectory : public testing::Test {
  protected:
    InADirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "pgctl-os-XXXXXX").string();
        root = std::filesystem::canonical(::mkdtemp(pattern.data())).string();
    }
    ~InADirectory() override {
        std::error_code ignored;
        std::filesystem::remove_all(root, ignored);
    }

    [[nodiscard]] std::string at(const std::string& path) const { return root + "/" + path; }
    void file(const std::string& path, const std::string& content, mode_t mode = 0644) {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        std::ofstream(at(path), std::ios::binary) << content;
        ::chmod(at(path).c_str(), mode);
    }
    void directory(const std::string& path) { std::filesystem::create_directories(at(path)); }
    void link(const std::string& path, const std::string& target) {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        std::filesystem::create_symlink(target, at(path));
    }
    [[nodiscard]] std::string content(const std::string& path) const {
        std::ifstream stream(at(path), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    std::string root;
};

// The directory is a /proc.
class InAProc : public InADirectory {
  protected:
    static std::string stat_line(pid_t pid, const std::string& command, pid_t parent,
                                 std::uint64_t start_time) {
        return std::to_string(pid) + " (" + command + ") S " + std::to_string(parent) +
               " 31 32 34816 -1 4194304 1 2 3 4 50 7 0 0 20 0 1 0 " + std::to_string(start_time) +
               " 1000 200\n";
    }
    void process(pid_t pid, pid_t parent, std::uint64_t start_time = 500) {
        file(std::to_string(pid) + "/stat", stat_line(pid, "sh", parent, start_time));
    }
    void user(pid_t pid, uid_t id) {
        file(std::to_string(pid) + "/status",
             "Name:\tsh\nUid:\t1\t" + std::to_string(id) + "\t1\t1\nGid:\t1\n");
    }
    void environment(pid_t pid, const std::vector<std::string>& variables) {
        std::string all;
        for (const std::string& variable : variables) all += variable + '\0';
        file(std::to_string(pid) + "/environ", all);
    }
    void children(pid_t pid, pid_t thread, const std::string& list) {
        file(std::to_string(pid) + "/task/" + std::to_string(thread) + "/children", list);
    }

    [[nodiscard]] os::Proc proc() const { return os::Proc(root); }
};
