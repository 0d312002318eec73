#include "keeper/role.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace {

// Sets a variable of this process, and puts it back.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* before = ::getenv(name)) before_ = before;
        had_one_ = ::getenv(name) != nullptr;
        value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { had_one_ ? ::setenv(name_, before_.c_str(), 1) : ::unsetenv(name_); }

  private:
    const char* name_;
    std::string before_;
    bool had_one_ = false;
};

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::ranges::find(list, text) != list.end();
}

}  // namespace

TEST(TheEnvironmentOfARole, NamesItsRuntimeDirectory) {
    EXPECT_TRUE(contains(keeper::role_environment("/r/.pgctl"), "PGCTL_RUNTIME=/r/.pgctl"));
}

TEST(TheEnvironmentOfARole, KeepsOnlyWhereProgramsAreAndHowTimeIsShown) {
    const Variable zone("TZ", "Europe/Berlin"), path("PATH", "/usr/bin:/bin"),
        secret("DATABASE_PASSWORD", "x"), ours("PGCTL_SERVICE", "/p/web");
    const auto environment = keeper::role_environment("/r");
    EXPECT_TRUE(contains(environment, "TZ=Europe/Berlin"));
    EXPECT_TRUE(contains(environment, "PATH=/usr/bin:/bin"));
    EXPECT_FALSE(contains(environment, "DATABASE_PASSWORD=x"));
    EXPECT_FALSE(contains(environment, "PGCTL_SERVICE=/p/web"));
}

TEST(TheEnvironmentOfARole, LeavesOutWhatIsNotSet) {
    const Variable zone("TZ", nullptr);
    for (const std::string& variable : keeper::role_environment("/r"))
        EXPECT_FALSE(variable.starts_with("TZ=")) << variable;
}
