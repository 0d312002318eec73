#include "config/script.h"

#include "fixture.h"

namespace {

class Script : public ConfigTest {
  protected:
    std::string complaint() { return config::inspect_script(at("run"), "a/run", at("")).complaint; }
    std::string complaint(const std::string& content) {
        program("run", content);
        return complaint();
    }
    std::uint64_t fingerprint() { return config::inspect_script(at("run"), "a/run", at("")).fingerprint; }
};

}  // namespace

TEST_F(Script, WhatTheKernelRunsIsFine) {
    EXPECT_EQ(complaint("#!/bin/sh\n"), "");
    EXPECT_EQ(complaint("#! /bin/sh -e"), "");
    EXPECT_EQ(complaint("#!/usr/bin/env\tbash\necho \xc3\xa9\n"), "");
    EXPECT_EQ(complaint("\x7f"
                        "ELF\x02\x01"),
              "");
    EXPECT_EQ(complaint(std::string("\xca\xfe\xba\xbe\0\0", 6)), "");
}

TEST_F(Script, AnInterpreterMayBeRelativeToTheServicesDirectory) {
    program("tool", "#!/bin/sh\n");
    EXPECT_EQ(complaint("#!./tool\n"), "");
    EXPECT_EQ(complaint("#!./none\n"), "a/run:1: its interpreter ./none does not exist");
}

TEST_F(Script, MayNameTheHelper) {
    const auto names_helper = [this] {
        return config::inspect_script(at("run"), "a/run", at("")).names_poll_ready;
    };
    program("run", "#!/bin/sh\nexec pgctl-poll-ready ./server\n");
    EXPECT_TRUE(names_helper());
    program("run", "#!/bin/sh\nexec ./server\n");
    EXPECT_FALSE(names_helper());
}

TEST_F(Script, ThatIsMissingDoesNotExist) {
    const auto script = config::inspect_script(at("run"), "a/run", at(""));
    EXPECT_FALSE(script.exists);
    EXPECT_EQ(script.fingerprint, 0U);
    EXPECT_EQ(script.complaint, "");
}

TEST_F(Script, ThatCantBeExecutedSaysWhatToDo) {
    file("run", "#!/bin/sh\n", 0644);
    EXPECT_EQ(complaint(), "a/run: is not executable; run: chmod +x a/run");
    EXPECT_EQ(config::inspect_script(at("run"), "it's a/run", "/").complaint,
              "it's a/run: is not executable; run: chmod +x 'it'\\''s a/run'");
}

TEST_F(Script, ThatIsNoFileIsRefused) {
    directory("run");
    EXPECT_EQ(complaint(), "a/run: is a directory, not a program");
    std::filesystem::remove(at("run"));
    ASSERT_EQ(::mkfifo(at("run").c_str(), 0755), 0);
    EXPECT_EQ(complaint(), "a/run: is not a regular file");
    std::filesystem::remove(at("run"));
    link("run", "nowhere");
    EXPECT_EQ(complaint(), "a/run: No such file or directory");
}

TEST_F(Script, ABadFirstLineIsExplained) {
    EXPECT_EQ(complaint(""), "a/run: is empty; begin it with #!/bin/sh");
    EXPECT_EQ(complaint("echo hello\n"), "a/run:1: has no interpreter line; begin it with #!/bin/sh");
    EXPECT_EQ(complaint("#!/bin/sh\r\necho\r\n"),
              "a/run:1: has CRLF line ends; run: sed -i 's/\\r$//' a/run");
    EXPECT_EQ(complaint("#!\n"), "a/run:1: '#!' names no interpreter");
    EXPECT_EQ(complaint("#!/none/at/all\n"), "a/run:1: its interpreter /none/at/all does not exist");
    EXPECT_EQ(complaint("#!/bin/bahs\n"),
              "a/run:1: its interpreter /bin/bahs does not exist; did you mean /bin/bash?");
    EXPECT_EQ(complaint("#!/etc/passwd\n"), "a/run:1: its interpreter /etc/passwd is not executable");
}

TEST_F(Script, ItsFingerprintFollowsContentAndMode) {
    program("run", "#!/bin/sh\n");
    const auto first = fingerprint();
    EXPECT_NE(first, 0U);
    EXPECT_EQ(fingerprint(), first);
    program("run", "#!/bin/sh\n#\n");
    EXPECT_NE(fingerprint(), first);
    file("run", "#!/bin/sh\n", 0644);
    EXPECT_NE(fingerprint(), first);
}

TEST_F(Script, ALargeProgramIsKnownByItsSizeAndTime) {
    const std::string content = "#!/bin/sh\n" + std::string(300 << 10, '#');
    program("run", content);
    const auto first = fingerprint();
    EXPECT_EQ(complaint(), "");
    program("run", content + "#");
    EXPECT_NE(fingerprint(), first);
}

TEST_F(Script, OneThatCantBeReadIsLeftToTheKernel) {
    if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
    file("run", "no script\n", 0111);
    EXPECT_EQ(complaint(), "");
}
