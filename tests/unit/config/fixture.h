// A private directory with a home, an etc and a place to work in, and verbs to fill it. For the tests of this
// folder.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/surroundings.h"

class ConfigTest : public testing::Test {
  protected:
    ConfigTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "pgctl-config-XXXXXX").string();
        root = std::filesystem::canonical(::mkdtemp(pattern.data())).string();
        std::filesystem::create_directories(root + "/work/inner");
        std::filesystem::create_directories(root + "/home");
        surroundings.environment = {"HOME=" + root + "/home", "PREFIX=" + root};
        surroundings.working_directory = root + "/work";
        surroundings.top = root;
    }
    ~ConfigTest() override { std::filesystem::remove_all(root); }

    // Paths are relative to the working directory `work` unless they are absolute.
    std::string at(const std::string& path) const {
        return (std::filesystem::path(root + "/work") / path).string();
    }
    void directory(const std::string& path) { std::filesystem::create_directories(at(path)); }
    void file(const std::string& path, const std::string& content, mode_t mode = 0644) {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        std::ofstream(at(path), std::ios::binary) << content;
        ::chmod(at(path).c_str(), mode);
    }
    void program(const std::string& path, const std::string& content = "#!/bin/sh\nexec sleep 1\n") {
        file(path, content, 0755);
    }
    void link(const std::string& path, const std::string& target) {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        std::filesystem::create_symlink(target, at(path));
    }
    void environment(const std::string& entry) { surroundings.environment.push_back(entry); }

    using Lines = std::vector<std::string>;

    std::string root;
    config::Surroundings surroundings;
};
