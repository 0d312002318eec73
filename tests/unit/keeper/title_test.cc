#include "keeper/title.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace {

// Arguments and environment in one piece of memory, as the kernel lays them out.
class ATitle : public testing::Test {
  protected:
    void program(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
        memory_.fill('#');
        char* at = memory_.data();
        const auto laid_out = [&at](const std::vector<std::string>& texts) {
            std::vector<char*> pointers;
            for (const std::string& text : texts) {
                std::memcpy(at, text.c_str(), text.size() + 1);
                pointers.push_back(at);
                at += text.size() + 1;
            }
            pointers.push_back(nullptr);
            return pointers;
        };
        std::vector<char*> argv = laid_out(arguments), envp = laid_out(environment);
        keeper::remember_command_line(static_cast<int>(arguments.size()), argv.data(), envp.data());
    }
    // The first `size` bytes that the kernel shows.
    [[nodiscard]] std::string shown(size_t size) const { return {memory_.data(), size}; }

    std::array<char, 64> memory_{};
};

}  // namespace

TEST_F(ATitle, TakesThePlaceOfTheArguments) {
    program({"pgctl", "keeper", "/playground"}, {});
    keeper::set_command_line({"pgctl keeper ", "/p", "/", "web"});
    EXPECT_STREQ(memory_.data(), "pgctl keeper /p/web");
}

TEST_F(ATitle, MayUseTheRoomOfTheEnvironment) {
    program({"pgctl"}, {"ROOM=-------", "A=1"});
    keeper::set_command_line({"pgctl keeper ", "/p", "/", "web"});
    EXPECT_STREQ(memory_.data(), "pgctl keeper /p/web");
}

TEST_F(ATitle, IsCutWhereTheRoomEnds) {
    program({"pgctl", "k"}, {"A=1"});
    keeper::set_command_line({"pgctl keeper ", "/p", "/", "web"});
    EXPECT_EQ(shown(13), std::string("pgctl keeper\0", 13).substr(0, 11) + std::string("\0#", 2));
}

TEST_F(ATitle, LeavesNothingOfALongerOneBehindIt) {
    program({"pgctl", "keeper"}, {});
    keeper::set_command_line({"p"});
    EXPECT_EQ(shown(14), "p" + std::string(12, '\0') + "#");
}

TEST_F(ATitle, DoesNotReachIntoMemoryBeyondAGap) {
    std::array<char, 8> elsewhere{"X=1"};
    std::array<char, 8> argument{"pgctl"};
    std::array<char*, 2> argv = {argument.data(), nullptr}, envp = {elsewhere.data(), nullptr};
    keeper::remember_command_line(1, argv.data(), envp.data());
    keeper::set_command_line({"longer than that"});
    EXPECT_STREQ(argument.data(), "longe");
    EXPECT_STREQ(elsewhere.data(), "X=1");
}

TEST_F(ATitle, ChangesNothingWithoutRoom) {
    program({""}, {});
    keeper::set_command_line({"pgctl"});
    EXPECT_EQ(shown(2), std::string("\0#", 2));
}
