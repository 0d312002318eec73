#include "os/process_state.h"

#include <unistd.h>

#include "fixture.h"

namespace {

struct Fields {
    std::string state = "S";
    int group = 10, session = 9, foreground = -1, niceness = 0, threads = 1;
};

std::string line_of(const Fields& fields) {
    return "10 (a) b) " + fields.state + " 1 " + std::to_string(fields.group) + " " +
           std::to_string(fields.session) + " 34816 " + std::to_string(fields.foreground) +
           " 0 0 0 0 0 0 0 0 0 20 " + std::to_string(fields.niceness) + " " + std::to_string(fields.threads) +
           " 0 1\n";
}

std::string shown(const Fields& fields, bool locked = false) {
    return os::shown_state_of(line_of(fields), locked);
}

}  // namespace

TEST(AShownState, IsTheLetterAlone) {
    EXPECT_EQ(shown({}), "S");
    EXPECT_EQ(shown({.state = "Z"}), "Z");
}

TEST(AShownState, HasALetterForWhateverElseApplies) {
    EXPECT_EQ(shown({.niceness = -5}), "S<");
    EXPECT_EQ(shown({.niceness = 5}), "SN");
    EXPECT_EQ(shown({}, true), "SL");
    EXPECT_EQ(shown({.session = 10}), "Ss");
    EXPECT_EQ(shown({.threads = 2}), "Sl");
    EXPECT_EQ(shown({.foreground = 10}), "S+");
    EXPECT_EQ(shown({.session = 10, .foreground = 10, .niceness = 1, .threads = 3}, true), "SNLsl+");
}

TEST(AShownState, IsADashWhereThereIsNone) {
    for (const char* line : {"", "10 sh S", "10 (sh", "10 (sh) S 1 2"})
        EXPECT_EQ(os::shown_state_of(line, false), "-") << line;
}

TEST_F(InAProc, AShownStateKnowsOfLockedMemory) {
    file("10/stat", line_of({}));
    EXPECT_EQ(os::shown_state(10, root), "S");
    file("10/status", "Name:\tsh\nVmLck:\t       0 kB\n");
    EXPECT_EQ(os::shown_state(10, root), "S");
    file("10/status", "Name:\tsh\nVmLck:\t       8 kB\nVmPin:\t0 kB\n");
    EXPECT_EQ(os::shown_state(10, root), "SL");
    file("10/status", "Name:\tsh\nVmLck:\n");
    EXPECT_EQ(os::shown_state(10, root), "S");
    EXPECT_EQ(os::shown_state(11, root), "-");
}

TEST(TheShownStateOfThisProcess, IsRunning) {
    EXPECT_EQ(os::shown_state(::getpid()).front(), 'R');
}
