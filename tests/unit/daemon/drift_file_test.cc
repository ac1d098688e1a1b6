// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The drift file and what is published.

#include "daemon/drift_file.h"
#include "daemon/publish.h"
#include "sim/sim_edges.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::daemon;
using namespace std::chrono_literals;

TEST_GROUP(DriftFile)
{
    sim::SimFiles files;
    std::string fault;
    DriftFile drift{files, "/var/lib/timeball/drift", Frequency::ppm(0.1)};
};

TEST(DriftFile, ReadsTheFirstNumberOfOldAndNewFiles)
{
    DOUBLES_EQUAL(-12.345, parse_drift("-12.345678\n")->ppm(), 0.001);
    DOUBLES_EQUAL(3.5, parse_drift("  +3.5 0.01\n")->ppm(), 1e-9);
    for (const char* text : {"", "\n", "nan", "inf", "1001", "-1001", "12abc", "abc"})
        CHECK_FALSE(parse_drift(text).has_value());
    STRCMP_EQUAL("-0.250000\n", format_drift(Frequency::ppm(-0.25)).c_str());
}

TEST(DriftFile, StartsWithoutAFileAndSaysWhatIsWrongWithABadOne)
{
    CHECK_FALSE(drift.read(fault).has_value());
    STRCMP_EQUAL("", fault.c_str());
    files.content[drift.path()] = "garbage";
    CHECK_FALSE(drift.read(fault).has_value());
    CHECK(fault.find("/var/lib/timeball/drift") != std::string::npos);
}

TEST(DriftFile, WritesEachHourOnlyWhatChangedEnough)
{
    files.content[drift.path()] = "10.000000\n";
    CHECK(drift.read(fault).has_value());
    drift.write_hourly(Frequency::ppm(10.06));
    STRCMP_EQUAL("10.000000\n", files.content[drift.path()].c_str());
    drift.write_hourly(Frequency::ppm(10.06)); // half the threshold by now
    STRCMP_EQUAL("10.060000\n", files.content[drift.path()].c_str());
}

TEST(DriftFile, ComplainsOnceAboutAFullDisk)
{
    files.unwritable.insert("/var/lib/timeball/");
    CHECK_FALSE(drift.write_now(Frequency::ppm(1)).empty());
    CHECK(drift.write_now(Frequency::ppm(2)).empty());
    files.unwritable.clear();
    CHECK_FALSE(drift.write_now(Frequency::ppm(3)).empty());
    CHECK(drift.write_now(Frequency::ppm(4)).empty());
    STRCMP_EQUAL("4.000000\n", files.content[drift.path()].c_str());
}

TEST_GROUP(Publish){};

TEST(Publish, TellsNobodyTheTimeDuringAStep)
{
    sync::SystemState system;
    system.leap = Leap::none;
    system.stratum = {2};
    const Instant<Utc> now{1'800'000'000s};
    const auto time = served_time(system, Precision{-24}, now, now - 1h, 4, {});
    CHECK(time.leap == Leap::none);
    CHECK(time.void_after > now);
    const auto hold = held(time);
    CHECK(hold.leap == Leap::unsynchronized);
    LONGS_EQUAL(5, hold.epoch);
}

TEST(Publish, TellsTheSystemTheBoundThatClientsSee)
{
    sync::SystemState system;
    system.leap = Leap::none;
    system.root_delay = 20ms;
    system.root_dispersion = 3ms;
    const Instant<Utc> now{1'800'000'000s};
    system.as_of = now;
    const auto time = served_time(system, Precision{-24}, now, now, 0, {});
    const auto status = clock_status(time, 1ms, now + 100s);
    DOUBLES_EQUAL(0.013 + 0.0015, status.maximum_error.count(), 1e-9);
    DOUBLES_EQUAL(0.001, status.estimated_error.count(), 1e-9);
    system.leap = Leap::unsynchronized;
    const auto none = clock_status(served_time(system, Precision{-24}, now, now, 0, {}), 1ms, now);
    CHECK(none.leap == Leap::unsynchronized);
    DOUBLES_EQUAL(16, none.maximum_error.count(), 0);
}
