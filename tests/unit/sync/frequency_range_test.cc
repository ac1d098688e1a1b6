// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What is certain of the frequency.

#include "sync/frequency_range.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

namespace {

constexpr Instant<FreeRun> start{1'000'000s};
const FrequencyRange unknown = frequency_range({}, Frequency::ppm(500));

// UTC gains `ppm` from an offset of 0 at the start; it is known within `half` either way.
ErrorBound known(Nanoseconds after, double ppm, Seconds half = 10ms)
{
    const Seconds offset = Frequency::ppm(ppm) * Seconds{after};
    return {{offset - half, offset + half}, start + after};
}

} // namespace

TEST_GROUP(FrequencyRange){};

TEST(FrequencyRange, IsWideBeforeAnythingIsKnown)
{
    DOUBLES_EQUAL(537, greatest_error(unknown, Frequency::ppm(37)).ppm(), 1e-9);
    DOUBLES_EQUAL(537, greatest_error(unknown, Frequency::ppm(-37)).ppm(), 1e-9);
    const FrequencyRange from_file = frequency_range(Frequency::ppm(37), Frequency::ppm(100));
    DOUBLES_EQUAL(100, greatest_error(from_file, Frequency::ppm(37)).ppm(), 1e-9);
}

TEST(FrequencyRange, NarrowsWithTime)
{
    FrequencyRange r = narrowed(unknown, known(0s, 50), unknown);
    DOUBLES_EQUAL(550, greatest_error(r, Frequency::ppm(50)).ppm(), 1e-9);
    r = narrowed(r, known(1000s, 50), unknown);
    DOUBLES_EQUAL(30, r.lowest.ppm(), 1e-6);
    DOUBLES_EQUAL(70, r.highest.ppm(), 1e-6);
    r = narrowed(r, known(4000s, 50), unknown);
    DOUBLES_EQUAL(5, greatest_error(r, Frequency::ppm(50)).ppm(), 1e-6);
    // A worse reading takes nothing back.
    r = narrowed(r, known(4100s, 50, 1s), unknown);
    DOUBLES_EQUAL(5, greatest_error(r, Frequency::ppm(50)).ppm(), 1e-6);
}

TEST(FrequencyRange, LearnsNothingFromReadingsCloseTogether)
{
    FrequencyRange r = narrowed(unknown, known(0s, 50, 1us), unknown);
    r = narrowed(r, known(10s, 50, 1us), unknown);
    DOUBLES_EQUAL(500, r.highest.ppm(), 1e-9);
}

TEST(FrequencyRange, FollowsASlowChange)
{
    FrequencyRange r = unknown;
    Seconds offset{0};
    Frequency truth = Frequency::ppm(20);
    for (int i = 0; i < 2000; ++i) {
        r = narrowed(
            r, {{offset - Seconds{0.01}, offset + Seconds{0.01}}, start + i * 64s}, unknown);
        if (i > 100)
            CHECK(greatest_error(r, truth) < Frequency::ppm(8));
        truth = truth + Frequency::ppm(0.01);
        offset += truth * Seconds{64};
    }
    CHECK(r.lowest > Frequency::ppm(30));
}

TEST(FrequencyRange, IsWideAgainWhenTheFrequencyHasChanged)
{
    FrequencyRange r = narrowed(unknown, known(0s, 50), unknown);
    r = narrowed(r, known(3000s, 50), unknown);
    CHECK(r.highest < Frequency::ppm(57));
    // 100 ppm more for the last 600 s.
    ErrorBound now = known(3600s, 50);
    now.truth.lower += 60ms;
    now.truth.upper += 60ms;
    r = narrowed(r, now, unknown);
    DOUBLES_EQUAL(500, r.highest.ppm(), 1e-9);
    DOUBLES_EQUAL(-500, r.lowest.ppm(), 1e-9);
}
