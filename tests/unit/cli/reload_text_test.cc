#include "cli/reload_text.h"

#include <gtest/gtest.h>

using cli::Changed;
using cli::Services;

namespace {

config::NamedService service(const std::string& name) {
    return {.name = name, .playground = "/p", .path = "/p/" + name, .shown = "p/" + name};
}

const Services kAll = {service("c"), service("a"), service("b"), service("down")};
const Changed kChanged = {
    {"/p/a", {"run changed", "timeout-stop changed"}}, {"/p/b", {}}, {"/p/c", {"ready changed"}}};

}  // namespace

TEST(Reload, SaysWhatChangedAndWhatDidNotInTheOrderAsked) {
    EXPECT_EQ(cli::reload_text(kAll, kChanged),
              "[pgctl] Reloading: c (ready changed), a (run changed, timeout-stop changed)\n"
              "[pgctl] Unchanged: b\n");
}

TEST(Reload, SaysOnlyWhatThereIs) {
    EXPECT_EQ(cli::reload_text({service("b")}, kChanged), "[pgctl] Unchanged: b\n");
    EXPECT_EQ(cli::reload_text({service("c")}, kChanged), "[pgctl] Reloading: c (ready changed)\n");
    EXPECT_EQ(cli::reload_text({service("down")}, kChanged),
              "[pgctl] Nothing to reload, not running: down\n");
}

TEST(Reload, RestartsExactlyWhatChanged) {
    EXPECT_EQ(cli::outdated_services(kAll, kChanged), (Services{service("c"), service("a")}));
    EXPECT_TRUE(cli::outdated_services({service("b"), service("down")}, kChanged).empty());
}
