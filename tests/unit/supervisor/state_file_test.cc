#include "supervisor/state_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/crc.hpp>
#include <cerrno>

#include "temporary_directory.h"

using namespace std::chrono_literals;
using namespace model;
using supervisor::from_slot;
using supervisor::kSlotSize;
using supervisor::Record;
using supervisor::StateFile;
using supervisor::to_slot;

namespace {

Record record_in(const State& state) {
    Record record{.name = "web",
                  .keeper = {.pid = 11, .start_time = 1111},
                  .main = {.pid = 12, .start_time = 18446744073709551615U},
                  .settings = {.timeout_ready = 1.5,
                               .timeout_stop = 1e9,
                               .poll_ready = 0.15,
                               .poll_down = 10,
                               .settle = 0,
                               .notification_fd = 5,
                               .has_ready = true,
                               .has_helper = true,
                               .run_fingerprint = 18446744073709551615U,
                               .ready_fingerprint = 3}};
    record.service = {.wanted = Wanted::up,
                      .state = state,
                      .generation = 7,
                      .restarts = 2,
                      .failed_spawns = 1,
                      .last_spawn = 123456789ns,
                      .last_exit = base::ExitStatus::exited(3)};
    return record;
}

Record there_and_back(const Record& record) {
    const std::string slot = to_slot(record);
    EXPECT_EQ(slot.size(), kSlotSize);
    EXPECT_TRUE(from_slot(slot));
    return from_slot(slot).value_or(Record{});
}

template <class S>
S state_there_and_back(const S& state) {
    const Record back = there_and_back(record_in(state));
    EXPECT_TRUE(std::holds_alternative<S>(back.service.state));
    const S* found = std::get_if<S>(&back.service.state);
    return found != nullptr ? *found : S{};
}

std::string head_of(int format) {
    const std::string body = fmt::format(R"({{"boot":"boot-1","format":{},"pgctl":"7.1.0"}})", format);
    boost::crc_32_type crc;
    crc.process_bytes(body.data(), body.size());
    std::string head = fmt::format("{:08x} {}", crc.checksum(), body);
    head.resize(kSlotSize - 1, ' ');
    return head + "\n";
}

}  // namespace

TEST(ASlot, KeepsThatAnEarlierKeeperWasKilled) {
    Record record = record_in(model::Down{});
    EXPECT_FALSE(there_and_back(record).strays);
    record.strays = true;
    EXPECT_TRUE(there_and_back(record).strays);
    EXPECT_TRUE(there_and_back(record).settings.tracing);
    record.settings.tracing = false;
    EXPECT_FALSE(there_and_back(record).settings.tracing);
}

TEST(ASlot, KeepsAllThatIsSaidBesideTheState) {
    const Record back = there_and_back(record_in(Down{}));
    EXPECT_EQ(back.name, "web");
    EXPECT_EQ(back.keeper, (os::ProcessId{.pid = 11, .start_time = 1111}));
    EXPECT_EQ(back.main, (os::ProcessId{.pid = 12, .start_time = 18446744073709551615U}));
    EXPECT_EQ(back.settings, record_in(Down{}).settings);
    EXPECT_EQ(back.service.wanted, Wanted::up);
    EXPECT_EQ(back.service.generation, 7u);
    EXPECT_EQ(back.service.restarts, 2u);
    EXPECT_EQ(back.service.failed_spawns, 1u);
    EXPECT_EQ(back.service.last_spawn, 123456789ns);
    EXPECT_EQ(back.service.last_exit, base::ExitStatus::exited(3));
}

TEST(ASlot, KeepsHowTheMainProcessEnded) {
    Record record = record_in(Down{});
    record.service.last_exit = base::ExitStatus::signalled(9);
    EXPECT_EQ(there_and_back(record).service.last_exit, base::ExitStatus::signalled(9));
    record.service.last_exit = base::ExitStatus::exited(0);
    EXPECT_EQ(there_and_back(record).service.last_exit, base::ExitStatus::exited(0));
    record.service.last_exit.reset();
    EXPECT_EQ(there_and_back(record).service.last_exit, std::nullopt);
}

TEST(ASlot, KeepsWhatIsNotThere) {
    Record record{.name = "web"};
    const Record back = there_and_back(record);
    EXPECT_EQ(back.service.wanted, Wanted::down);
    EXPECT_EQ(back.settings, config::ServiceSettings{});
    EXPECT_EQ(back.keeper, os::ProcessId{});
}

TEST(ASlot, KeepsAServiceThatIsDownOrDraining) {
    state_there_and_back(Down{});
    state_there_and_back(Draining{.until = 5s});
}

TEST(ASlot, KeepsAServiceThatIsBeingSpawned) {
    EXPECT_EQ(state_there_and_back(Spawning{.since = 5s}).since, 5s);
}

TEST(ASlot, KeepsAServiceThatRuns) {
    const Running back = state_there_and_back(Running{.pid = 12, .since = 5s, .ready_since = 6s});
    EXPECT_EQ(back.pid, 12);
    EXPECT_EQ(back.since, 5s);
    EXPECT_EQ(back.ready_since, 6s);
    EXPECT_EQ(state_there_and_back(Running{.pid = 12}).ready_since, std::nullopt);
}

TEST(ASlot, ForgetsACheckThatEndsWithItsSupervisor) {
    const Running back = state_there_and_back(Running{.pid = 12, .next_check = 7s, .check_began = 8s});
    EXPECT_EQ(back.next_check, std::nullopt);
    EXPECT_EQ(back.check_began, std::nullopt);
}

TEST(ASlot, KeepsAServiceThatRests) {
    for (const bool flag : {false, true}) {
        const Resting back = state_there_and_back(
            Resting{.since = 5s, .until = 6s, .set_empty = flag, .could_not_execute = !flag, .held = flag});
        EXPECT_EQ(back.since, 5s);
        EXPECT_EQ(back.until, 6s);
        EXPECT_EQ(back.set_empty, flag);
        EXPECT_EQ(back.could_not_execute, !flag);
        EXPECT_EQ(back.held, flag);
    }
}

TEST(ASlot, KeepsAServiceThatIsBeingStopped) {
    const Stopping back =
        state_there_and_back(Stopping{.pid = 12, .since = 5s, .deadline = 6s, .force = false});
    EXPECT_EQ(back.pid, 12);
    EXPECT_EQ(back.since, 5s);
    EXPECT_EQ(back.deadline, 6s);
    EXPECT_FALSE(back.force);
    EXPECT_EQ(state_there_and_back(Stopping{.deadline = 6s}).pid, std::nullopt);
    EXPECT_TRUE(state_there_and_back(Stopping{.deadline = 6s}).force);
}

TEST(ASlot, IsALineBehindItsChecksum) {
    const std::string slot = to_slot(record_in(Down{}));
    EXPECT_EQ(slot.find_first_not_of("0123456789abcdef"), 8u);
    EXPECT_EQ(slot[8], ' ');
    EXPECT_EQ(slot.find('\n'), slot.size() - 1);
}

TEST(ASlot, HasRoomForTheLongestNameAndTheLargestNumbers) {
    // A quote is the character that needs most room of those a name may have: two bytes for one.
    for (const char c : {'x', '"', '\\'}) {
        Record record = record_in(Stopping{.pid = 0x7FFFFFFF, .since = Time::max(), .deadline = Time::max()});
        record.name = std::string(255, c);
        record.keeper = record.main = {.pid = 0x7FFFFFFF, .start_time = ~std::uint64_t{0}};
        record.service.generation = record.service.restarts = record.service.failed_spawns =
            ~std::uint32_t{0};
        record.service.last_spawn = Time::max();
        record.settings.timeout_ready = record.settings.timeout_stop = 0.1 + 0.2 + 1e-17;
        record.settings.poll_ready = record.settings.poll_down = record.settings.settle = 123456789.01234567;
        EXPECT_EQ(there_and_back(record).name, record.name);
    }
}

TEST(ASlot, IsRefusedOrUnharmedWhicheverByteIsFlipped) {
    const Record record = record_in(Running{.pid = 12, .since = 5s});
    const std::string good = to_slot(record);
    size_t refused = 0;
    for (size_t at = 0; at < good.size(); ++at) {
        for (const int bit : {1, 0x20, 0x80}) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ bit);
            const auto found = from_slot(bad);
            if (!found) ++refused;
            EXPECT_EQ(to_slot(found.value_or(record)), good) << "byte " << at;
        }
    }
    // All but the blank behind the checksum and the line end.
    EXPECT_EQ(refused, 3 * (good.size() - 2));
}

TEST(ASlot, IsRefusedWhereItIsCutOrTooLong) {
    const std::string good = to_slot(record_in(Down{}));
    for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(from_slot(good.substr(0, size))) << size;
    EXPECT_FALSE(from_slot(good + "\n"));
    EXPECT_FALSE(from_slot(std::string(kSlotSize, '\0')));
    EXPECT_FALSE(from_slot(std::string(kSlotSize, ' ')));
}

// --- the file ---

namespace {

class AStateFile : public testing::Test, protected TemporaryDirectory {
  protected:
    [[nodiscard]] std::string path() const { return at("state"); }
    StateFile open(const std::string& boot = "boot-1") { return std::move(*StateFile::open(path(), boot)); }
    void write(std::uint32_t slot, const std::string& name) {
        Record record = record_in(Running{.pid = 12});
        record.name = name;
        ASSERT_TRUE(open().write(slot, record));
    }
    // "-" for a slot with nothing in it.
    std::vector<std::string> names(const std::string& boot = "boot-1") {
        std::vector<std::string> names;
        const StateFile file = open(boot);
        for (const auto& record : file.found()) names.push_back(record ? record->name : "-");
        return names;
    }
    [[nodiscard]] std::string content() const { return TemporaryDirectory::content("state"); }
    void put(const std::string& content) const { file("state", content, 0600); }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_F(AStateFile, IsPrivateAndHasOneSlotAtFirst) {
    EXPECT_EQ(names(), Names{"-"});
    struct stat found {};
    ASSERT_EQ(::stat(path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600u);
    EXPECT_EQ(static_cast<size_t>(found.st_size), kSlotSize);
    EXPECT_EQ(names(), Names{"-"}) << "when opened again";
}

TEST_F(AStateFile, GivesBackWhatWasWritten) {
    write(1, "web");
    write(2, "db");
    write(1, "web");
    EXPECT_EQ(names(), (Names{"-", "web", "db"}));
}

TEST_F(AStateFile, HasHolesWhereNothingWasWritten) {
    write(3, "web");
    EXPECT_EQ(names(), (Names{"-", "-", "-", "web"}));
}

TEST_F(AStateFile, OfAnotherBootIsForgotten) {
    write(1, "web");
    EXPECT_EQ(names("boot-2"), Names{"-"});
    EXPECT_EQ(names("boot-2"), Names{"-"});
    EXPECT_EQ(content().size(), kSlotSize);
}

TEST_F(AStateFile, LosesOnlyTheSlotThatIsBroken) {
    write(1, "web");
    write(2, "db");
    std::string bytes = content();
    bytes[kSlotSize + 100] ^= 1;
    put(bytes);
    EXPECT_EQ(names(), (Names{"-", "-", "db"}));
}

TEST_F(AStateFile, LosesOnlyTheSlotThatIsCutShort) {
    write(1, "web");
    write(2, "db");
    put(content().substr(0, 3 * kSlotSize - 1));
    EXPECT_EQ(names(), (Names{"-", "web", "-"}));
}

TEST_F(AStateFile, WithABrokenHeadIsForgotten) {
    write(1, "web");
    std::string bytes = content();
    bytes[20] ^= 1;
    put(bytes);
    EXPECT_EQ(names(), Names{"-"});
}

TEST_F(AStateFile, ThatIsNoneIsForgottenAndKeptAside) {
    put("something else");
    EXPECT_EQ(names(), Names{"-"});
    std::ifstream aside(path() + ".damaged");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(aside), {}), "something else");
    put("");
    EXPECT_EQ(names(), Names{"-"});
}

TEST_F(AStateFile, OfAnotherFormatIsRefusedAndLeftAlone) {
    for (const int format : {0, 2}) {
        const std::string head = head_of(format);
        put(head);
        EXPECT_EQ(StateFile::open(path(), "boot-1").error().message(),
                  path() + " was written by pgctl 7.1.0, in a format that this pgctl 6.0.0 does not know");
        EXPECT_EQ(content(), head);
    }
}

TEST_F(AStateFile, OfAnotherFormatAndAnotherBootIsForgotten) {
    put(head_of(2));
    EXPECT_EQ(names("boot-2"), Names{"-"});
}

TEST_F(AStateFile, FollowsNoLinkAndNeedsItsDirectory) {
    std::filesystem::create_symlink("/dev/null", path());
    EXPECT_EQ(StateFile::open(path(), "boot").error().number, ELOOP);
    EXPECT_EQ(StateFile::open(path() + ".d/state", "boot").error().number, ENOENT);
}

TEST_F(AStateFile, CanBeRemoved) {
    write(1, "web");
    StateFile::open(path(), "boot-1")->remove();
    EXPECT_FALSE(std::filesystem::exists(path()));
    EXPECT_EQ(names(), Names{"-"});
}

TEST_F(AStateFile, ThatWasRefusedIsNotRemoved) {
    put(head_of(2));
    StateFile refused = StateFile::open(path(), "boot-1").value_or(StateFile());
    refused.remove();
    EXPECT_EQ(content(), head_of(2));
}

TEST_F(AStateFile, ThatIsNotOpenTakesNothing) {
    EXPECT_FALSE(StateFile().write(1, record_in(Down{})));
}
