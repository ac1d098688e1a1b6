// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The gpsd driver, with a simulated gpsd.

#include "unit/refclock/stream_bench.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;

TEST_GROUP(Gpsd)
{
    config::RefclockConfig config{.driver = "gpsd"};
    StreamBench bench;
    sim::SimStream& gpsd = bench.devices.server({Address::loopback(Family::ipv4), 2947});
    bool has_stamps = true, has_pulses = false;
    int fix = 3;
    std::string device = "/dev/gps0";

    void setup() override
    {
        gpsd.returns();
    }
    void drive()
    {
        CHECK(bench.drive("gpsd", config).has_value());
        bench.run_for(1s);
    }

    std::string pair(std::string_view name, Instant<Utc> real, Instant<Utc> clock)
    {
        const auto r = real.time_since_epoch(), c = clock.time_since_epoch();
        return fmt::format(R"({{"class":"{}","device":"{}","real_sec":{},"real_nsec":{},)"
                           R"("clock_sec":{},"clock_nsec":{}}})"
                           "\n",
            name, device, r / 1s, (r % 1s).count(), c / 1s, (c % 1s).count());
    }
    // Told half a second late; gpsd had the sentence after 0.2 s, and the pulse 3 us late.
    void tells()
    {
        gpsd.says_each_second(
            [this](Instant<Utc> second) {
                const auto time = std::chrono::sys_time<std::chrono::seconds>{
                    std::chrono::floor<std::chrono::seconds>(second.time_since_epoch())};
                std::string text;
                if (has_pulses)
                    text += pair("PPS", second, second + 3us);
                if (has_stamps)
                    text += pair("TOFF", second, second + 200ms);
                return text
                    + fmt::format(
                        R"({{"class":"TPV","device":"{}","mode":{},"time":"{:%Y-%m-%dT%H:%M:%S}.000Z"}})"
                        "\n",
                        device, fix, time);
            },
            Seconds{0.5});
    }
};

TEST(Gpsd, AsksForItsDeviceAndTakesTheStampOfSentences)
{
    drive();
    CHECK(gpsd.written.find(R"("device":"/dev/gps0")") != std::string::npos);
    tells();
    bench.run_for(20s);
    CHECK(bench.readings.size() >= 18);
    for (const Reading& r : bench.readings)
        CHECK(r.offset == -200ms && r.uncertainty >= Seconds{0.2});
    CHECK(bench.timecodes.back().starts_with("TOFF "));
    CHECK(bench.complained.empty());
}

TEST(Gpsd, AnOldOneHasOnlyItsReports)
{
    has_stamps = false;
    config.time2 = Seconds{0.5};
    drive();
    tells();
    bench.run_for(20s);
    CHECK(bench.readings.size() >= 15);
    DOUBLES_EQUAL(0, bench.mean_offset().count(), 1e-6);
    CHECK(bench.timecodes.back().starts_with("TPV "));
}

TEST(Gpsd, PulsesAreTakenByMode)
{
    has_pulses = true;
    config.mode = 1;
    config.time1 = Seconds{3e-6};
    drive();
    tells();
    bench.run_for(20s);
    CHECK(bench.readings.size() >= 15);
    for (const Reading& r : bench.readings)
        CHECK(r.offset == 0ns && !r.is_pulse);

    has_pulses = false; // strict: then nothing
    bench.run_for(2s);
    const auto before = bench.readings.size();
    bench.run_for(3min);
    LONGS_EQUAL(before, bench.readings.size());
    LONGS_EQUAL(1, bench.complaints(Fault::no_reply));
}

TEST(Gpsd, SentencesStandInForPulsesAfterAMinute)
{
    has_pulses = true;
    config.mode = 2;
    drive();
    tells();
    bench.run_for(20s);
    CHECK(bench.readings.back().offset == -3us);
    has_pulses = false;
    bench.run_for(2s);
    const auto before = bench.readings.size();
    bench.run_for(50s);
    LONGS_EQUAL(before, bench.readings.size());
    bench.run_for(3min);
    CHECK(bench.readings.back().offset == -200ms);
    LONGS_EQUAL(1, bench.complained.size());
    has_pulses = true;
    bench.run_for(20s);
    CHECK(bench.readings.back().offset == -3us);
}

TEST(Gpsd, TheTwinIsThePulsesAlone)
{
    has_pulses = true;
    config.unit = 128;
    drive();
    STRCMP_EQUAL("/dev/gps0", bench.driver->device().c_str());
    tells();
    bench.run_for(20s);
    CHECK(bench.readings.size() >= 15);
    for (const Reading& r : bench.readings)
        CHECK(r.offset == -3us);
}

TEST(Gpsd, Flag2LeavesPulsesAlone)
{
    has_pulses = true;
    config.mode = 2;
    config.flag2 = true;
    drive();
    tells();
    bench.run_for(20s);
    for (const Reading& r : bench.readings)
        CHECK(r.offset == -200ms);
    CHECK(bench.readings.size() >= 18);
}

TEST(Gpsd, OtherDevicesAreNotOurs)
{
    config.path = "/dev/ttyAMA0";
    drive();
    tells();
    bench.run_for(20s);
    CHECK(bench.readings.empty());
    device = "/dev/ttyAMA0";
    bench.run_for(20s);
    CHECK(!bench.readings.empty());
}

TEST(Gpsd, ALostFixIsOneComplaint)
{
    drive();
    tells();
    bench.run_for(10s);
    fix = 1;
    bench.run_for(2s);
    const auto before = bench.readings.size();
    bench.run_for(1min);
    LONGS_EQUAL(before, bench.readings.size());
    LONGS_EQUAL(1, bench.complaints(Fault::bad_signal));
    fix = 3;
    bench.run_for(10s);
    CHECK(bench.readings.size() > before);
}

TEST(Gpsd, WhatItSaysOfErrorsIsHandedOn)
{
    drive();
    gpsd.says(R"({"class":"ERROR","message":"No such device"})"
              "\n");
    gpsd.says(R"({"class":"DEVICE","path":"/dev/gps0","activated":0})"
              "\n");
    LONGS_EQUAL(2, bench.complaints(Fault::fault));
    CHECK(bench.complained[0].second.find("No such device") != std::string::npos);
}

TEST(Gpsd, NonsenseIsOneComplaintOfAKind)
{
    drive();
    for (int i = 0; i < 100; ++i) {
        gpsd.says("SSH-2.0-something\r\n");
        gpsd.says(std::string(20000, 'x'));
        gpsd.says("\n{\"class\":\"TPV\",\"mode\":77}\n");
    }
    LONGS_EQUAL(1, bench.complaints(Fault::bad_format));
    LONGS_EQUAL(1, bench.complaints(Fault::bad_data));
    LONGS_EQUAL(2, bench.complained.size());
}

TEST(Gpsd, AConnectionThatEndsIsLost)
{
    drive();
    gpsd.closes();
    LONGS_EQUAL(1, bench.losses.size());
    STRCMP_EQUAL("gpsd at 127.0.0.1:2947: Connection reset by peer", bench.losses[0].c_str());
    bench.driver->close();
    CHECK(bench.open().has_value());
    tells();
    bench.run_for(10s);
    CHECK(!bench.readings.empty());
}
