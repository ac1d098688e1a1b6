// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The driver of hardware clocks.

#include "refclock/phc.h"
#include "unit/refclock/device_bench.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;

TEST_GROUP(Phc)
{
    DeviceBench bench{Frequency::ppm(50), -250ms};
    config::RefclockConfig config{.driver = "phc", .unit = 1};
    std::unique_ptr<Driver> driver;

    // The device: the true time and so much more, read in this time.
    Nanoseconds ahead = 37s;
    Nanoseconds takes = 4us;
    double middle = 0.5;
    std::optional<Instant<DeviceTime>> stands_at;

    void setup() override
    {
        bench.ask_hardware = [this] {
            const auto now = bench.clock.now();
            std::vector<HardwareReading> readings;
            for (const auto window : {3 * takes, takes, 2 * takes}) {
                const auto begin = now - rounded(middle * Seconds{window});
                readings.push_back({begin, begin + window, stands_at.value_or(shown())});
            }
            return readings;
        };
    }
    Instant<DeviceTime> shown() const
    {
        return Instant<DeviceTime>{bench.timeline.now().time_since_epoch() + ahead};
    }

    void run(Nanoseconds span)
    {
        if (!driver) {
            driver = make_phc(config, bench.surroundings, bench);
            CHECK(driver->open().has_value());
            bench.watch(*driver);
        }
        bench.run_for(span);
    }
    // Of a reading just taken: how far from the truth it would put our clock.
    Nanoseconds error() const
    {
        return bench.readings.back().offset + bench.clock.error();
    }
};

TEST(Phc, IsFoundByItsName)
{
    const DriverTraits* traits = find_driver("phc");
    CHECK(traits != nullptr);
    CHECK(!traits->is_pulse);
    STRCMP_EQUAL("PHC", traits->reference_id);
}

TEST(Phc, ChoosesItsDevice)
{
    STRCMP_EQUAL("/dev/ptp1", make_phc(config, bench.surroundings, bench)->device().c_str());
    config.path = "eth0";
    STRCMP_EQUAL("eth0", make_phc(config, bench.surroundings, bench)->device().c_str());
    config.path = bench.missing;
    STRCMP_EQUAL("/dev/nothing: No such file or directory",
        make_phc(config, bench.surroundings, bench)->open().error().c_str());
}

TEST(Phc, MeasuresOncePerSecondByTheQuickestReading)
{
    config.tai = 37;
    run(10s);
    LONGS_EQUAL(9, bench.readings.size()); // the first look has nothing to compare with
    CHECK(std::chrono::abs(error()) <= 1us);
    const Reading& r = bench.readings.back();
    CHECK(!r.is_pulse);
    CHECK(r.uncertainty >= Seconds{2e-6});
    CHECK(r.uncertainty < Seconds{2.2e-6});
    STRCMP_EQUAL("0.000004000", variable(*driver, "window").c_str());
    STRCMP_EQUAL("extended", variable(*driver, "method").c_str());
}

TEST(Phc, IsNotMoreWrongThanItSaysWhenReadAtTheEndOfTheWindow)
{
    config.tai = 37;
    middle = 0.8;
    run(5s);
    CHECK(std::chrono::abs(error()) > 1us);
    CHECK(Seconds{std::chrono::abs(error())} <= bench.readings.back().uncertainty);
}

TEST(Phc, SeesThatItShowsTai)
{
    bench.tai_offset = 37s;
    run(5s);
    CHECK(std::chrono::abs(error()) <= 1us);
    LONGS_EQUAL(1, bench.notes.size());
    STRCMP_EQUAL("/dev/ptp1 shows TAI", bench.notes.front().c_str());
    STRCMP_EQUAL("TAI", variable(*driver, "scale").c_str());
    STRCMP_EQUAL("37", variable(*driver, "taioffset").c_str());
}

TEST(Phc, SeesThatItShowsUtc)
{
    bench.tai_offset = 37s;
    ahead = 0s;
    run(5s);
    CHECK(std::chrono::abs(error()) <= 1us);
    STRCMP_EQUAL("/dev/ptp1 shows UTC", bench.notes.front().c_str());
}

TEST(Phc, TakesItForUtcWhenNobodyKnowsTai)
{
    run(5s);
    CHECK(std::chrono::abs(error() - 37s) <= 1us);
    STRCMP_EQUAL("UTC", variable(*driver, "scale").c_str());
}

TEST(Phc, AsksNobodyWhenItIsTold)
{
    config.tai = 0;
    bench.tai_offset = 37s;
    run(5s);
    CHECK(std::chrono::abs(error() - 37s) <= 1us);
    CHECK(bench.notes.empty());
}

TEST(Phc, FollowsALeapSecondOfTai)
{
    bench.tai_offset = 37s;
    run(5s);
    bench.tai_offset = 38s; // UTC is a second later, the device shows what it showed
    run(2s);
    CHECK(std::chrono::abs(error() + 1s) <= 1us);
}

TEST(Phc, DoesNotReadAClockThatStandsStill)
{
    stands_at = shown();
    run(60s);
    CHECK(bench.readings.empty());
    LONGS_EQUAL(1, bench.complaints.size());
    CHECK(bench.complaints.front().first == Fault::fault);
    stands_at.reset();
    run(20s);
    CHECK(bench.readings.size() >= 10);
    LONGS_EQUAL(1, bench.complaints.size());
}

TEST(Phc, SkipsAJumpUntilItIsSteadyAgain)
{
    config.tai = 37;
    run(20500ms);
    const auto before = bench.readings.size();
    ahead += 100ms;
    run(5s);
    LONGS_EQUAL(before, bench.readings.size());
    LONGS_EQUAL(1, bench.complaints.size());
    CHECK(bench.complaints.front().first == Fault::bad_data);
    STRCMP_CONTAINS("jumped by +0.09995", bench.complaints.front().second.c_str());
    run(5s);
    LONGS_EQUAL(before + 5, bench.readings.size());
}

TEST(Phc, GoesOnWhenOurOwnClockIsStepped)
{
    config.tai = 37;
    run(10500ms);
    CHECK(bench.clock.step(250ms).has_value());
    run(10s);
    LONGS_EQUAL(19, bench.readings.size());
    CHECK(bench.complaints.empty());
}

TEST(Phc, LosesAClockThatIsGone)
{
    run(5s);
    bench.is_gone = true;
    run(1s);
    LONGS_EQUAL(1, bench.losses.size());
}
