// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock filter.

#include "sync/clock_filter.h"

#include <cmath>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

namespace {

constexpr Instant<FreeRun> now{1'000'000s};
constexpr Drift steady{Frequency{}, frequency_tolerance};

Reading reading(Nanoseconds age, Seconds offset, Seconds delay)
{
    return {now - age, offset, delay, Seconds{0}, Seconds{0}};
}

} // namespace

TEST_GROUP(ClockFilter)
{
    ClockFilter filter;
};

TEST(ClockFilter, KnowsNothingBeforeTheFirstReading)
{
    CHECK(!estimate(filter, now, steady).has_value());
    CHECK(!correctness(filter, now, steady).has_value());
}

TEST(ClockFilter, TrustsTheReadingThatWaitedLeast)
{
    filter = push(filter, reading(32s, 40ms, 90ms)); // stuck in a queue on the way there
    filter = push(filter, reading(16s, 1ms, 10ms));
    filter = push(filter, reading(0s, -30ms, 70ms)); // and this one on the way back

    const auto seen = estimate(filter, now, steady);

    CHECK(seen.has_value());
    DOUBLES_EQUAL(0.001, seen->offset.count(), 1e-9);
    DOUBLES_EQUAL(0.010, seen->delay.count(), 1e-9);
    CHECK(seen->when == now - 16s);
    LONGS_EQUAL(3, seen->readings);
}

TEST(ClockFilter, WeighsDispersionByHalvesAndCountsEmptyStagesAsUnknown)
{
    filter = push(filter, reading(0s, 0ms, 10ms));
    // One of eight: half of 0, and of 16 s what the other seven stages weigh.
    DOUBLES_EQUAL(16 * (0.5 - 1.0 / 256), estimate(filter, now, steady)->dispersion.count(), 1e-9);

    filter = push(filter, reading(0s, 0ms, 10ms));
    filter = push(filter, reading(0s, 0ms, 10ms));
    filter = push(filter, reading(0s, 0ms, 10ms));
    DOUBLES_EQUAL(
        16 * (1.0 / 16 - 1.0 / 256), estimate(filter, now, steady)->dispersion.count(), 1e-9);
}

TEST(ClockFilter, AgesWhatItHasSeen)
{
    for (int i = 0; i < 8; ++i)
        filter = push(filter, reading(100s, 0ms, 10ms));
    // All stages alike: 255/256 of 15 ppm in 100 s.
    const auto seen = estimate(filter, now, steady);
    DOUBLES_EQUAL(1.5e-3 * 255 / 256, seen->dispersion.count(), 1e-9);
    DOUBLES_EQUAL(1.5e-3, seen->age_dispersion.count(), 1e-9);
    DOUBLES_EQUAL(0.005, seen->distance.count(), 1e-9);
}

TEST(ClockFilter, CarriesEveryReadingForwardToNow)
{
    const Drift fast{Frequency::ppm(100), frequency_tolerance};
    filter = push(filter, reading(100s, 0ms, 10ms));
    filter = push(filter, reading(50s, 5ms, 11ms));
    filter = push(filter, reading(0s, 10ms, 12ms));
    const auto seen = estimate(filter, now, fast);
    DOUBLES_EQUAL(0.010, seen->offset.count(), 1e-9); // the oldest, carried by 100 ppm
    DOUBLES_EQUAL(min_jitter.count(), seen->jitter.count(), 1e-9); // and they all agree
}

TEST(ClockFilter, MeasuresJitterAboutTheBest)
{
    filter = push(filter, reading(2s, 1ms, 10ms));
    filter = push(filter, reading(1s, 4ms, 11ms));
    filter = push(filter, reading(0s, 5ms, 12ms));
    DOUBLES_EQUAL(
        std::sqrt((9e-6 + 16e-6) / 2), estimate(filter, now, steady)->jitter.count(), 1e-9);
}

TEST(ClockFilter, ForgetsTheNinth)
{
    filter = push(filter, reading(800s, 77ms, 1ms));
    for (int i = 7; i >= 0; --i)
        filter = push(filter, reading(i * 100s, 1ms, 10ms));
    DOUBLES_EQUAL(0.001, estimate(filter, now, steady)->offset.count(), 1e-9);
}

TEST(ClockFilter, PrefersAFreshReadingToAShortDelayBeyondTheAllanIntercept)
{
    filter = push(filter, reading(4000s, 77ms, 9ms)); // 120 ms of dispersion since
    filter = push(filter, reading(0s, 1ms, 10ms));
    DOUBLES_EQUAL(0.001, estimate(filter, now, steady)->offset.count(), 1e-9);
    filter = {};
    filter = push(filter, reading(2000s, 77ms, 9ms));
    filter = push(filter, reading(0s, 1ms, 10ms));
    DOUBLES_EQUAL(0.077, estimate(filter, now, steady)->offset.count(), 1e-9);
}

TEST(ClockFilter, KnowsForCertainWhatAllReadingsAllow)
{
    // Each is right within half its delay; together they say more.
    filter = push(filter, reading(0s, 4ms, 10ms)); // -1 .. 9 ms
    filter = push(filter, reading(0s, -3ms, 12ms)); // -9 .. 3 ms
    const Drift exact{};
    const auto sure = correctness(filter, now, exact);
    DOUBLES_EQUAL(-0.001, sure->lower.count(), 1e-9);
    DOUBLES_EQUAL(0.003, sure->upper.count(), 1e-9);
}

TEST(ClockFilter, CountsTheServersOwnDistanceInWhatIsCertain)
{
    Reading r = reading(0s, 0ms, 10ms);
    r.dispersion = 1ms;
    r.remote_distance = 20ms;
    const Interval sure = correctness(r, now, {});
    DOUBLES_EQUAL(-0.026, sure.lower.count(), 1e-9);
    DOUBLES_EQUAL(0.026, sure.upper.count(), 1e-9);
}

TEST(ClockFilter, IsCertainOfNothingWhenReadingsContradictEachOther)
{
    filter = push(filter, reading(0s, 0ms, 10ms));
    filter = push(filter, reading(0s, 50ms, 10ms));
    CHECK(!correctness(filter, now, steady).has_value());
}

TEST(ClockFilter, TakesAnInexplicableReadingForPopcorn)
{
    for (int i = 8; i > 0; --i)
        filter = push(filter, reading(i * 16s, i % 2 == 0 ? 100us : -100us, 10ms));
    CHECK(is_popcorn(filter, reading(0s, 20ms, 10ms), steady, 10ms));
    CHECK(is_popcorn(filter, reading(0s, -20ms, 11ms), steady, 10ms));
    CHECK(!is_popcorn(filter, reading(0s, 300us, 10ms), steady, 10ms));
    // A queue of 40 ms explains an offset of 20 ms.
    CHECK(!is_popcorn(filter, reading(0s, 20ms, 50ms), steady, 10ms));
}

TEST(ClockFilter, SeesThatAServersClockWasMoved)
{
    for (int i = 8; i > 1; --i)
        filter = push(filter, reading(i * 16s, 0ms, 10ms));
    filter = push(filter, reading(16s, 50ms, 10ms));
    CHECK(!has_broken_past(filter, steady)); // one may be a slip
    filter = push(filter, reading(0s, 51ms, 10ms));
    CHECK(has_broken_past(filter, steady));

    filter = without_past(filter);
    const auto seen = estimate(filter, now, steady);
    CHECK(seen->offset >= Seconds{0.050});
    LONGS_EQUAL(8, seen->readings);
    CHECK(correctness(filter, now, steady).has_value());
}
