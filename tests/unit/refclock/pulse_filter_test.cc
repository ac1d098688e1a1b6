// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Which pulses are believed.

#include "refclock/pulse_filter.h"
#include "sim/chance.h"

#include <functional>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;
using namespace std::chrono_literals;
using Verdict = PulseFilter::Verdict;

TEST_GROUP(PulseFilter)
{
    PulseFilter filter;
    Instant<Utc> second{1'780'000'000s};
    std::uint32_t sequence = 41;
    sim::Chance chance{3};

    Verdict pulse(Nanoseconds late = 0ns)
    {
        second += 1s;
        return filter.push({++sequence, second + late});
    }

    Nanoseconds jitter(Nanoseconds most)
    {
        return rounded((2 * chance.unit() - 1) * Seconds{most});
    }

    // How many of so many are believed, the n-th one late by late(n).
    int believed(int count, const std::function<Nanoseconds(int)>& late)
    {
        int good = 0;
        for (int n = 0; n < count; ++n)
            good += pulse(late(n)) == Verdict::good;
        return good;
    }
};

TEST(PulseFilter, TakesTheNearestSecond)
{
    CHECK(pulse_offset(second) == 0s);
    CHECK(pulse_offset(second + 300ms) == -300ms);
    CHECK(pulse_offset(second - 300ms) == 300ms);
    CHECK(pulse_offset(second + 500ms) == -500ms);
    CHECK(pulse_offset(Instant<Utc>{-300ms}) == 300ms);
}

TEST(PulseFilter, BelievesTheFirstPulseWhenTheSecondAgrees)
{
    CHECK(pulse(100us) == Verdict::unconfirmed);
    CHECK(pulse(200us) == Verdict::good);
    CHECK(!filter.spread());
}

TEST(PulseFilter, WaitsForTwoThatAgree)
{
    CHECK(pulse(0ms) == Verdict::unconfirmed);
    CHECK(pulse(200ms) == Verdict::unconfirmed); // either may be noise
    CHECK(pulse(0ms) == Verdict::unconfirmed);
    CHECK(pulse(0ms) == Verdict::good);
}

TEST(PulseFilter, SeesThePulseOfALineOnce)
{
    pulse();
    CHECK(filter.push({sequence, second}) == Verdict::none);
    LONGS_EQUAL(1, filter.counts().seen);
}

TEST(PulseFilter, KnowsHowFarTheySpread)
{
    believed(64, [this](int) { return jitter(2us); });
    CHECK(filter.spread()->count() > 0.7e-6);
    CHECK(filter.spread()->count() < 2.2e-6);
}

TEST(PulseFilter, BelievesNearlyAllPulsesWithJitter)
{
    CHECK(believed(1000, [this](int) { return jitter(2us); }) >= 985);
}

TEST(PulseFilter, LeavesOutPulsesFarFromTheOthers)
{
    believed(64, [this](int) { return jitter(2us); });
    for (int n = 0; n < 1000; ++n)
        if (n % 100 == 99)
            CHECK(pulse(100us) == Verdict::outlier);
        else
            pulse(jitter(2us));
    CHECK(filter.counts().left_out >= 10);
    CHECK(filter.counts().left_out < 30);
}

TEST(PulseFilter, TakesTheDriftOfOurClockForNoSpread)
{
    CHECK(believed(100, [](int n) { return 50us * n; }) == 99);
    CHECK(*filter.spread() < Seconds{1e-9});
    CHECK(pulse(100 * 50us) == Verdict::good);
    CHECK(pulse(100 * 50us) == Verdict::outlier); // 50 us off, as it were
}

TEST(PulseFilter, FollowsSmallChangesOfTheRateOfOurClock)
{
    // 1 ppm more each quarter of a minute, and hardly any jitter.
    Nanoseconds late{0};
    CHECK(believed(600, [&late](int n) { return late += 1us * (n / 15); }) >= 595);
}

TEST(PulseFilter, FollowsAStepOfOurClockWhenItIsSure)
{
    believed(40, [](int) { return 0us; });
    CHECK(believed(20, [](int) { return -250ms; }) == 17);
}

TEST(PulseFilter, StartsAnewWhenOurClockWentBack)
{
    believed(40, [](int) { return 0us; });
    second -= 100s;
    CHECK(pulse() == Verdict::unconfirmed);
    CHECK(pulse() == Verdict::good);
}

TEST(PulseFilter, IsNotLostBetweenTwoSeconds)
{
    believed(10, [](int) { return 499999us; });
    CHECK(believed(20, [](int n) { return 500000us - 1us * (n % 2); }) == 20);
}

TEST(PulseFilter, CountsWhatIsMissing)
{
    believed(40, [](int) { return 0us; });
    second += 1s; // it did not come
    CHECK(pulse() == Verdict::good);
    LONGS_EQUAL(1, filter.counts().lost);
    sequence += 2; // three edges: two between the pulses
    CHECK(pulse() == Verdict::good);
    LONGS_EQUAL(2, filter.counts().extra);
}

TEST(PulseFilter, LeavesOutWhatComesTwice)
{
    believed(40, [](int) { return 0us; });
    CHECK(filter.push({++sequence, second + 3us}) == Verdict::doubled);
    CHECK(pulse() == Verdict::good);
    LONGS_EQUAL(2, filter.counts().left_out); // and the very first
}

TEST(PulseFilter, TakesAPulseSoonAfterNoise)
{
    believed(40, [](int) { return 0us; });
    CHECK(filter.push({++sequence, second + 700ms}) == Verdict::outlier);
    CHECK(pulse() == Verdict::good);
}

TEST(PulseFilter, DrawsNoConclusionFromALineThatCountsAnew)
{
    believed(40, [](int) { return 0us; });
    sequence = 0;
    CHECK(pulse() == Verdict::good);
    LONGS_EQUAL(0, filter.counts().extra);
    LONGS_EQUAL(0, filter.counts().lost);
}

TEST(PulseFilter, RemembersNothingAfterALongSilence)
{
    believed(40, [](int) { return 0us; });
    second += 100s;
    CHECK(pulse() == Verdict::unconfirmed);
}

TEST(PulseFilter, TellsALineOfManyPulsesASecond)
{
    for (int n = 0; n < 10; ++n) {
        CHECK(!filter.is_crowded() || n > 8);
        sequence += 4;
        pulse();
    }
    CHECK(filter.is_crowded());
    pulse();
    CHECK(!filter.is_crowded());
}
