// A private directory with a home, an etc and a place to work in, and verbs to fill it. For the tests of this
// folder.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/surroundings.h"
#include "temporary_directory.h"

// Paths are relative to the working directory `work` unless they are absolute.
class ConfigTest : public testing::Test, protected TemporaryDirectory {
  protected:
    ConfigTest() : TemporaryDirectory("work") {
        directory("inner");
        directory(root + "/home");
        surroundings.environment = {"HOME=" + root + "/home", "PREFIX=" + root};
        surroundings.working_directory = root + "/work";
        surroundings.top = root;
    }

    void program(const std::string& path, const std::string& content = "#!/bin/sh\nexec sleep 1\n") {
        file(path, content, 0755);
    }
    void environment(const std::string& entry) { surroundings.environment.push_back(entry); }

    using Lines = std::vector<std::string>;

    config::Surroundings surroundings;
};
