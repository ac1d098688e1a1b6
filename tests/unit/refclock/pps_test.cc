// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The driver of pulse lines.

#include "refclock/pps.h"
#include "unit/refclock/device_bench.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;

TEST_GROUP(Pps)
{
    DeviceBench bench;
    config::RefclockConfig config{.driver = "pps", .unit = 3};
    std::unique_ptr<Driver> driver;

    void open()
    {
        driver = make_pps(config, bench.surroundings, bench);
        CHECK(driver->open().has_value());
    }
};

TEST(Pps, IsFoundByItsName)
{
    const DriverTraits* traits = find_driver("pps");
    CHECK(traits != nullptr);
    CHECK(traits->is_pulse);
    STRCMP_EQUAL("PPS", traits->reference_id);
}

TEST(Pps, ChoosesItsDevice)
{
    STRCMP_EQUAL("/dev/pps3", make_pps(config, bench.surroundings, bench)->device().c_str());
    config.ppspath = "/dev/gpspps0";
    STRCMP_EQUAL("/dev/gpspps0", make_pps(config, bench.surroundings, bench)->device().c_str());
    config.path = "/dev/pps9";
    STRCMP_EQUAL("/dev/pps9", make_pps(config, bench.surroundings, bench)->device().c_str());
}

TEST(Pps, SaysWhyItCannotOpen)
{
    config.path = bench.missing;
    const auto opened = make_pps(config, bench.surroundings, bench)->open();
    CHECK(!opened.has_value());
    STRCMP_EQUAL("/dev/nothing: No such file or directory", opened.error().c_str());
    config = {.flag2 = true};
    bench.has_clear_edges = false;
    CHECK(!make_pps(config, bench.surroundings, bench)->open().has_value());
}

TEST(Pps, ReadsEachPulseOnce)
{
    open();
    bench.pulses(20, [](int) { return -3us; });
    LONGS_EQUAL(19, bench.readings.size());
    for (const Reading& r : bench.readings) {
        CHECK(r.is_pulse);
        CHECK(r.offset == 3us);
    }
    CHECK(bench.readings.back().when == bench.line.assert.when);
    CHECK(bench.readings.back().uncertainty < Seconds{1e-6});
    STRCMP_EQUAL("20", variable(*driver, "pulses").c_str());
    STRCMP_EQUAL("+0.000003000", variable(*driver, "last").c_str());
    STRCMP_EQUAL("rising", variable(*driver, "edge").c_str());
    CHECK(bench.complaints.empty());
}

TEST(Pps, FindsThePulseWhereverItComesAfterTheOpening)
{
    for (auto phase = 0ms; phase < 1000ms; phase += 50ms) {
        DeviceBench other;
        const auto pps = make_pps(config, other.surroundings, other);
        CHECK(pps->open().has_value());
        other.run_for(phase);
        other.pulses(10, [](int) { return 0us; });
        CHECK(other.readings.size() >= 8);
    }
}

TEST(Pps, TakesNoPulseFromBeforeItsTime)
{
    bench.pulse();
    bench.run_for(30s);
    open();
    bench.run_for(3s);
    STRCMP_EQUAL("0", variable(*driver, "pulses").c_str());
}

TEST(Pps, ReadsTheFallingEdgeWithFlag2)
{
    config.flag2 = true;
    open();
    for (int n = 0; n < 10; ++n) {
        bench.fall(-5us);
        bench.pulse(-100ms);
        bench.run_for(1s);
    }
    LONGS_EQUAL(9, bench.readings.size());
    CHECK(bench.readings.back().offset == 5us);
    STRCMP_EQUAL("falling", variable(*driver, "edge").c_str());
}

TEST(Pps, LeavesOutAPulseThatDoesNotFit)
{
    open();
    bench.pulses(60, [](int n) { return n == 50 ? 40us : 1us * (n % 3); });
    for (const Reading& r : bench.readings)
        CHECK(r.offset > -10us);
    STRCMP_EQUAL("2", variable(*driver, "leftout").c_str()); // the first one waits to be confirmed
}

TEST(Pps, SaysOnceThatTheLineIsQuiet)
{
    open();
    bench.pulses(10, [](int) { return 0us; });
    bench.run_for(60s);
    LONGS_EQUAL(1, bench.complaints.size());
    CHECK(bench.complaints.front().first == Fault::no_reply);
    bench.pulses(5, [](int) { return 0us; });
    bench.run_for(60s);
    LONGS_EQUAL(2, bench.complaints.size());
}

// A hardware clock that shows the time since it was made and runs 20 ppm fast.
TEST(Pps, ReadsPulsesThatAHardwareClockStamps)
{
    config.extpps = 2;
    const auto start = bench.clock.now();
    const auto shown = [&](Instant<Utc> when) {
        return Instant<DeviceTime>{rounded(Seconds{when - start} * 1.00002)};
    };
    bench.ask_hardware = [&] {
        const auto now = bench.clock.now();
        return std::vector<HardwareReading>{{now - 1us, now + 1us, shown(now)}};
    };
    open();
    STRCMP_EQUAL("/dev/ptp3", driver->device().c_str());
    LONGS_EQUAL(2, bench.channel);
    CHECK(bench.slope == HardwareClock::Slope::rising);
    for (int n = 0; n < 20; ++n) {
        bench.stamped.push_back(shown(bench.clock.now() - 4us));
        bench.run_for(1s);
    }
    CHECK(bench.readings.size() >= 17);
    for (const Reading& r : bench.readings) {
        CHECK(r.is_pulse);
        CHECK(r.offset >= 3998ns && r.offset <= 4002ns);
    }
    CHECK(bench.complaints.empty());
}

TEST(Pps, ReadsTheFallingEdgesThatAHardwareClockStamps)
{
    config.extpps = 0;
    config.flag2 = true;
    bench.ask_hardware = [&] {
        const auto now = bench.clock.now();
        return std::vector<HardwareReading>{
            {now, now, Instant<DeviceTime>{now.time_since_epoch()}}};
    };
    open();
    CHECK(bench.slope == HardwareClock::Slope::falling);
    for (int n = 0; n < 5; ++n) {
        bench.stamped.push_back(Instant<DeviceTime>{bench.clock.now().time_since_epoch()});
        bench.run_for(1s);
    }
    CHECK(bench.readings.size() >= 2);
}

TEST(Pps, SaysThatAHardwareClockHasNoSuchChannel)
{
    config.extpps = 7;
    STRCMP_EQUAL("/dev/ptp3: Invalid argument",
        make_pps(config, bench.surroundings, bench)->open().error().c_str());
}

TEST(Pps, LosesALineThatIsGone)
{
    open();
    bench.is_gone = true;
    bench.run_for(10s);
    LONGS_EQUAL(1, bench.losses.size());
    driver->close();
}

TEST(Pps, DoubtsAnEdgeThatIsLessSteadyThanTheOther)
{
    open();
    for (int n = 0; n < 40; ++n) {
        bench.pulse(-50us * (n % 3));
        bench.fall(-200ms);
        bench.run_for(1s);
    }
    LONGS_EQUAL(1, bench.complaints.size());
    CHECK(bench.complaints.front().first == Fault::bad_signal);
    STRCMP_EQUAL("the falling edge is much steadier; flag2 1 takes that one",
        bench.complaints.front().second.c_str());
}

TEST(Pps, TakesNothingFromALineOfManyPulsesASecond)
{
    open();
    for (int n = 0; n < 50; ++n) {
        bench.pulse();
        bench.run_for(200ms);
    }
    LONGS_EQUAL(1, bench.complaints.size());
    CHECK(bench.complaints.front().first == Fault::bad_signal);
    const auto before = bench.readings.size();
    bench.run_for(200ms);
    for (int n = 0; n < 50; ++n) {
        bench.pulse();
        bench.run_for(200ms);
    }
    LONGS_EQUAL(before, bench.readings.size());
}
