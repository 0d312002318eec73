#include "config/service_settings.h"

#include "fixture.h"

using config::ServiceSettings;

namespace {

class ServiceFiles : public ConfigTest {
  protected:
    ServiceFiles() { program("a/run"); }
    auto load() {
        return config::load_service_settings(at("a"), "playground/a", {.timeout = 5, .settle = 0.3});
    }
    Lines complaints() {
        const auto settings = load();
        return settings ? Lines{} : settings.error();
    }
};

}  // namespace

TEST_F(ServiceFiles, WithoutAnyTheDefaultsHold) {
    const ServiceSettings settings = *load();
    EXPECT_EQ(settings.timeout_ready, 5);
    EXPECT_EQ(settings.timeout_stop, 5);
    EXPECT_EQ(settings.poll_ready, 0.15);
    EXPECT_EQ(settings.poll_down, 10);
    EXPECT_EQ(settings.settle, 0.3);
    EXPECT_EQ(settings.notification_fd, std::nullopt);
    EXPECT_FALSE(settings.has_ready);
    EXPECT_NE(settings.run_fingerprint, 0U);
    EXPECT_EQ(settings.ready_fingerprint, 0U);
}

TEST_F(ServiceFiles, EachHoldsOneValue) {
    program("a/ready");
    file("a/timeout-ready", "30\n");
    file("a/timeout-stop", " 1.5\r\n");
    file("a/poll-ready", ".5");
    file("a/poll-down", "2");
    file("a/notification-fd", "4\n");
    const ServiceSettings settings = *load();
    EXPECT_EQ(settings.timeout_ready, 30);
    EXPECT_EQ(settings.timeout_stop, 1.5);
    EXPECT_EQ(settings.poll_ready, 0.5);
    EXPECT_EQ(settings.poll_down, 2);
    EXPECT_EQ(settings.notification_fd, 4);
    EXPECT_TRUE(settings.has_ready);
    EXPECT_NE(settings.ready_fingerprint, 0U);
}

TEST_F(ServiceFiles, AllThatIsWrongIsToldAtOnce) {
    file("a/run", "", 0644);
    file("a/ready", "#!/bin/sh\n", 0644);
    file("a/timeout-ready", "");
    file("a/timeout-stop", "-1\n");
    file("a/poll-ready", "nan\n");
    directory("a/poll-down");
    file("a/notification-fd", "2\n");
    EXPECT_EQ(complaints(), (Lines{"playground/a/run: is not executable; run: chmod +x playground/a/run",
                                   "playground/a/ready: is not executable; run: chmod +x playground/a/ready",
                                   "playground/a/timeout-ready:1: '' is not a number of seconds",
                                   "playground/a/timeout-stop:1: '-1' is not a number of seconds",
                                   "playground/a/poll-ready:1: 'nan' is not a number of seconds",
                                   "playground/a/poll-down: Is a directory",
                                   "playground/a/notification-fd:1: '2' is not a number from 3 to 65535"}));
}

TEST_F(ServiceFiles, ARunThatIsMissingIsTold) {
    std::filesystem::remove(at("a/run"));
    EXPECT_EQ(complaints(), Lines{"playground/a/run: is missing; a service needs a program of that name"});
}

TEST_F(ServiceFiles, ANotificationFdIsASmallNumber) {
    for (const char* text : {"", "x", "3x", "65536", "2.5", "99999999999"}) {
        file("a/notification-fd", text);
        EXPECT_EQ(complaints().size(), 1U) << text;
    }
    directory("b");
    std::filesystem::remove(at("a/notification-fd"));
    directory("a/notification-fd");
    EXPECT_EQ(complaints(), Lines{"playground/a/notification-fd: Is a directory"});
}

TEST_F(ServiceFiles, DifferencesAreToldInWords) {
    const ServiceSettings before = *load();
    EXPECT_TRUE(config::differences(before, before).empty());
    program("a/run", "#!/bin/sh\n# other\n");
    program("a/ready");
    file("a/timeout-ready", "1");
    file("a/timeout-stop", "1");
    file("a/poll-ready", "1");
    file("a/poll-down", "1");
    file("a/notification-fd", "3");
    ServiceSettings now = *load();
    now.settle = 0;
    EXPECT_EQ(
        config::differences(before, now),
        (Lines{"run changed", "ready changed", "timeout-ready changed", "timeout-stop changed",
               "poll-ready changed", "poll-down changed", "settle changed", "notification-fd changed"}));
}
