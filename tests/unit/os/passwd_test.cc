#include "os/passwd.h"

#include "fixture.h"

class Passwd : public InADirectory {
  protected:
    Passwd() {
        file("passwd",
             "root:x:0:0:root:/root:/bin/bash\n"
             "# a comment\n"
             "me:x:1000:1000:Me,,,:/home/me:/bin/sh\n"
             "twin:x:1000:1000::/home/twin:/bin/sh\n"
             "homeless:x:1001:1001:::/bin/sh\n");
    }
    [[nodiscard]] std::optional<std::string> home(uid_t user) const {
        return os::home_of(user, at("passwd"));
    }
    [[nodiscard]] std::optional<std::string> home(const std::string& name) const {
        return os::home_of(name, at("passwd"));
    }
};

TEST_F(Passwd, TellsTheHomeOfANumber) {
    EXPECT_EQ(home(uid_t{0}), "/root");
    EXPECT_EQ(home(uid_t{1000}), "/home/me") << "the first";
    EXPECT_EQ(home(uid_t{1001}), "");
}

TEST_F(Passwd, TellsTheHomeOfAName) {
    EXPECT_EQ(home("me"), "/home/me");
    EXPECT_EQ(home("twin"), "/home/twin");
}

TEST_F(Passwd, TellsNothingOfOthers) {
    EXPECT_EQ(home(uid_t{7}), std::nullopt);
    EXPECT_EQ(home("you"), std::nullopt);
    EXPECT_EQ(os::home_of(uid_t{0}, at("missing")), std::nullopt);
}
