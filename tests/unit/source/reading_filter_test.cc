// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From the readings of a device to a sample.

#include "source/reading_filter.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::source;
using namespace std::chrono_literals;

TEST_GROUP(ReadingFilter)
{
    std::vector<HeldReading> readings;

    void reading(Nanoseconds at, Nanoseconds offset, Seconds uncertainty = 1e-6s)
    {
        HeldReading r;
        r.when = Instant<FreeRun>{1'800'000'000s + at};
        r.offset = offset;
        r.said.uncertainty = uncertainty;
        readings.push_back(r);
    }
};

TEST(ReadingFilter, MakesNothingOfNothing)
{
    CHECK_FALSE(condensed({}, {}).has_value());
}

TEST(ReadingFilter, AveragesTimeAndOffset)
{
    reading(0s, 100ns);
    reading(1s, 300ns, 5e-6s);
    const auto s = condensed(readings, {});
    CHECK(s->when == Instant<FreeRun>{1'800'000'000s + 500ms});
    LONGS_EQUAL(200, s->offset.count());
    DOUBLES_EQUAL(5.1e-6, s->dispersion.count(), 1e-12); // the worst of them, and half the spread
}

TEST(ReadingFilter, LeavesOutWhatStandsApart)
{
    for (int i = 0; i < 14; ++i)
        reading(i * 1s, Nanoseconds{i % 3 * 100});
    reading(14s, 100us); // a late interrupt
    reading(15s, -3ms);
    const auto s = condensed(readings, {});
    CHECK(s->offset >= 90ns && s->offset <= 110ns);
    CHECK(s->dispersion < 2e-6s);
}

TEST(ReadingFilter, TakesOutWhatTheClockGainsMeanwhile)
{
    for (int i = 0; i < 16; ++i) // 50 ppm
        reading(i * 1s, i * 50us + (i == 15 ? 500us : 0us));
    const auto s = condensed(readings, Frequency::ppm(50));
    CHECK(s->when == Instant<FreeRun>{1'800'000'000s + 7s}); // the last one is not among them
    LONGS_EQUAL(350'000, s->offset.count());
    DOUBLES_EQUAL(1e-6, s->dispersion.count(), 1e-9);
}

TEST(ReadingFilter, KnowsThatPulsesNumberNoSeconds)
{
    reading(0s, 499'999'000ns);
    reading(1s, -499'999'000ns);
    for (HeldReading& r : readings)
        r.said.is_pulse = true;
    const auto s = condensed(readings, {});
    LONGS_EQUAL(500'000'000, s->offset.count());
}

TEST(ReadingFilter, KeepsNanosecondsOfAClockThatStartsIn1970)
{
    reading(0s, 1'800'000'000'000'000'001ns);
    reading(1s, 1'800'000'000'000'000'003ns);
    LONGLONGS_EQUAL(1'800'000'000'000'000'002, condensed(readings, {})->offset.count());
}
