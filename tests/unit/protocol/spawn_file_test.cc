#include "protocol/spawn_file.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace protocol;
using Strings = std::vector<std::string>;

namespace {

// Reads a spawn file as the child does that maps it, only with its bounds checked.
class Reading {
  public:
    explicit Reading(std::string bytes) : bytes_(std::move(bytes)) {
        std::memcpy(&header, bytes_.data(), sizeof header);
    }

    [[nodiscard]] std::string string(std::uint64_t at) const {
        EXPECT_LT(at, bytes_.size());
        return bytes_.c_str() + at;
    }
    [[nodiscard]] Strings strings(std::uint64_t at) const {
        EXPECT_EQ(at % 8, 0u) << "pointers are read in place";
        Strings found;
        for (; word(at) != 0; at += 8) found.push_back(string(word(at)));
        return found;
    }
    [[nodiscard]] std::uint64_t word(std::uint64_t at) const {
        EXPECT_LE(at + 8, bytes_.size());
        std::uint64_t value = 0;
        std::memcpy(&value, bytes_.data() + at, sizeof value);
        return value;
    }

    SpawnHeader header;

  private:
    std::string bytes_;
};

const SpawnPlan kPlan = {
    .directory = "/p/web",
    .arguments = {"./run", ""},
    .environment = {"A=1", "B=", "C=three words"},
    .output = "/r/web/output",
    .notification = "/r/web/notify",
    .notification_fd = 5,
    .umask = 077,
    .niceness = -3,
    .set_niceness = true,
    .limits = {{.resource = 7, .soft = 1024, .hard = -1}, {.resource = 4, .soft = 0, .hard = 0}}};

}  // namespace

TEST(ASpawnFile, HoldsAllOfThePlan) {
    const std::string bytes = layout(kPlan);
    const Reading file(bytes);
    EXPECT_EQ(file.header.magic, kSpawnMagic);
    EXPECT_EQ(file.header.size, bytes.size());
    EXPECT_EQ(file.string(file.header.directory), "/p/web");
    EXPECT_EQ(file.string(file.header.output), "/r/web/output");
    EXPECT_EQ(file.string(file.header.notification), "/r/web/notify");
    EXPECT_EQ(file.header.notification_fd, 5);
    EXPECT_EQ(file.header.umask, 077u);
    EXPECT_EQ(file.header.niceness, -3);
    EXPECT_EQ(file.header.set_niceness, 1);
    EXPECT_EQ(file.strings(file.header.arguments), (Strings{"./run", ""}));
    EXPECT_EQ(file.strings(file.header.environment), (Strings{"A=1", "B=", "C=three words"}));
}

TEST(ASpawnFile, HoldsLimitsAsTheKernelTakesThem) {
    const Reading file(layout(kPlan));
    EXPECT_EQ(file.header.limits % 8, 0u);
    ASSERT_EQ(file.header.limit_count, 2u);
    EXPECT_EQ(file.word(file.header.limits), 7u);
    EXPECT_EQ(file.word(file.header.limits + 8), 1024u);
    EXPECT_EQ(file.word(file.header.limits + 16), ~std::uint64_t{0}) << "RLIM_INFINITY";
    EXPECT_EQ(file.word(file.header.limits + 24), 4u);
}

TEST(ASpawnFile, SaysWhereThereIsNoNotification) {
    const Reading file(layout({.directory = "/p/web", .arguments = {"./run"}, .output = "/o"}));
    EXPECT_EQ(file.header.notification, 0u);
    EXPECT_EQ(file.header.notification_fd, -1);
    EXPECT_EQ(file.header.set_niceness, 0);
    EXPECT_EQ(file.header.limit_count, 0u);
    EXPECT_EQ(file.strings(file.header.environment), Strings{});
}

TEST(ASpawnFile, IsAlignedWhateverTheLengthOfItsStrings) {
    for (size_t size = 0; size < 9; ++size) {
        const Reading file(
            layout({.directory = std::string(size, 'd'), .arguments = {"./run"}, .environment = {"A=1"}}));
        EXPECT_EQ(file.strings(file.header.arguments), Strings{"./run"});
        EXPECT_EQ(file.strings(file.header.environment), Strings{"A=1"});
        EXPECT_EQ(file.header.limits % 8, 0u);
    }
}

TEST(ASpawnFile, HoldsALargeEnvironment) {
    Strings environment;
    for (int i = 0; i < 5000; ++i)
        environment.push_back("NAME" + std::to_string(i) + "=" + std::string(200, 'v'));
    EXPECT_EQ(environment_in(layout({.directory = "/p/web", .environment = environment})), environment);
}

TEST(TheEnvironmentInASpawnFile, IsThatOfThePlan) {
    EXPECT_EQ(environment_in(layout(kPlan)), kPlan.environment);
    EXPECT_EQ(environment_in(layout({.directory = "/p/web"})), Strings{});
}

TEST(TheEnvironmentInASpawnFile, IsEmptyWhereItIsNoSpawnFile) {
    EXPECT_EQ(environment_in(""), Strings{});
    EXPECT_EQ(environment_in("short"), Strings{});
    EXPECT_EQ(environment_in(std::string(1000, 'x')), Strings{});
    std::string bytes = layout(kPlan);
    bytes.pop_back();
    EXPECT_EQ(environment_in(bytes), Strings{}) << "cut short";
    bytes = layout(kPlan);
    bytes[0] ^= 1;
    EXPECT_EQ(environment_in(bytes), Strings{}) << "another magic";
}

TEST(TheEnvironmentInASpawnFile, IsEmptyWhereItsTableLiesOutside) {
    std::string bytes = layout(kPlan);
    for (const std::uint64_t outside : {std::uint64_t{bytes.size()}, UINT64_MAX, UINT64_MAX - 7}) {
        std::memcpy(bytes.data() + offsetof(protocol::SpawnHeader, environment), &outside, sizeof outside);
        EXPECT_EQ(environment_in(bytes), Strings{}) << outside;
    }
}

TEST(TheEnvironmentInASpawnFile, EndsBeforeAnOffsetThatLeadsOutOfIt) {
    std::string bytes = layout(kPlan);
    const std::uint64_t second = Reading(bytes).header.environment + 8;
    const std::uint64_t outside = bytes.size();
    std::memcpy(bytes.data() + second, &outside, sizeof outside);
    EXPECT_EQ(environment_in(bytes), Strings{"A=1"});
}

TEST(ALaidOutPlan, IsKnownAsOne) {
    EXPECT_TRUE(protocol::is_laid_out(layout(kPlan)));
    EXPECT_TRUE(protocol::is_laid_out(layout({.directory = "/p/web"})));
    EXPECT_FALSE(protocol::is_laid_out(""));
    EXPECT_FALSE(protocol::is_laid_out(layout(kPlan) + "x"));
}

TEST(ALaidOutPlan, IsNoneWhereAnythingLeadsOutOfIt) {
    const std::string bytes = layout(kPlan);
    using protocol::SpawnHeader;
    for (const size_t field : {offsetof(SpawnHeader, directory), offsetof(SpawnHeader, output),
                               offsetof(SpawnHeader, notification), offsetof(SpawnHeader, arguments),
                               offsetof(SpawnHeader, environment), offsetof(SpawnHeader, limits)}) {
        for (const std::uint64_t outside : {std::uint64_t{bytes.size()}, UINT64_MAX, UINT64_MAX - 7}) {
            std::string damaged = bytes;
            std::memcpy(damaged.data() + field, &outside, sizeof outside);
            // Without limits, where they begin does not matter.
            const bool unused =
                field == offsetof(SpawnHeader, limits) && Reading(bytes).header.limit_count == 0;
            EXPECT_EQ(protocol::is_laid_out(damaged), unused) << field << " " << outside;
        }
    }
}

TEST(ALaidOutPlan, IsNoneWhereAnEntryOfATableLeadsOutOfIt) {
    std::string bytes = layout(kPlan);
    const std::uint64_t outside = bytes.size();
    std::memcpy(bytes.data() + Reading(bytes).header.environment, &outside, sizeof outside);
    EXPECT_FALSE(protocol::is_laid_out(bytes));
}
