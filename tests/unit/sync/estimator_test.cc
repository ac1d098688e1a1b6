// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock estimator.

#include "sync/estimator.h"

#include <cmath>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

namespace {

constexpr Instant<FreeRun> start{1'000'000s};
constexpr SourceId one{1}, other{2};

} // namespace

TEST_GROUP(Estimator)
{
    Estimator estimator;

    void setup() override
    {
        estimator.expect(Frequency{}, Frequency::ppm(100));
    }

    Innovation see(Nanoseconds after, Seconds offset, SourceId source = one, Seconds noise = 100us,
        Seconds bias = 1ms)
    {
        return estimator.update({source, start + after, offset, noise, bias});
    }

    // Both sources at their word, some minutes long.
    void settle(Frequency frequency, Seconds bias_of_other = 0s)
    {
        estimator.start(start, 0s, 10ms);
        for (int i = 0; i <= 40; ++i) {
            const Seconds truth = frequency * Seconds{i * 64.0};
            see(i * 64s, truth + Seconds{i % 2 == 0 ? 50e-6 : -50e-6});
            see(i * 64s + 1s, truth + frequency * 1s + bias_of_other, other);
        }
    }
    static constexpr Nanoseconds settled = 40 * 64s;
};

TEST(Estimator, TakesTheFirstOffsetAsItIs)
{
    CHECK(!estimator.is_started());
    estimator.start(start, 3ms, 100ms);
    see(0s, 5ms);
    CHECK(estimator.is_started());
    DOUBLES_EQUAL(0.005, estimator.offset(start).count(), 1e-5);
}

TEST(Estimator, LearnsTheFrequencyAndCarriesTheOffsetForward)
{
    settle(Frequency::ppm(37));
    DOUBLES_EQUAL(37, estimator.frequency().ppm(), 0.1);
    CHECK(estimator.frequency_uncertainty() < Frequency::ppm(0.2));
    const Seconds expected = Frequency::ppm(37) * (Seconds{settled} + 1000s);
    DOUBLES_EQUAL(expected.count(), estimator.offset(start + settled + 1000s).count(), 200e-6);
}

TEST(Estimator, TakesMeasurementsThatComeOutOfOrder)
{
    settle(Frequency::ppm(37));
    const Seconds before = estimator.offset(start + settled);
    see(settled - 30s, Frequency::ppm(37) * Seconds{settled - 30s});
    DOUBLES_EQUAL(before.count(), estimator.offset(start + settled).count(), 50e-6);
}

TEST(Estimator, SharesAConstantDifferenceBetweenTheSources)
{
    settle(Frequency{}, 2ms);
    DOUBLES_EQUAL(0.001, estimator.offset(start + settled).count(), 300e-6);
    // And neither surprises it any more.
    CHECK(std::fabs(see(settled + 64s, 0s).normalized) < 1);
    CHECK(std::fabs(see(settled + 65s, 2ms, other).normalized) < 1);
}

TEST(Estimator, GivesLittleWeightToOneOutlier)
{
    settle(Frequency{});
    const Innovation told = see(settled + 64s, 30ms);
    CHECK(told.meaning == Innovation::Meaning::outlier);
    CHECK(abs(estimator.offset(start + settled + 64s)) < Seconds{300e-6});
}

TEST(Estimator, GivesLittleWeightToNoisyMeasurements)
{
    settle(Frequency{});
    CHECK(see(settled + 64s, 5ms, one, 10ms).meaning == Innovation::Meaning::noise);
    CHECK(abs(estimator.offset(start + settled + 64s)) < Seconds{50e-6});
}

TEST(Estimator, HoldsThePathGuiltyWhenOneSourceDiffersForLong)
{
    settle(Frequency{});
    for (int i = 1; i <= 4; ++i) {
        const Innovation told = see(settled + i * 64s, 10ms);
        CHECK(told.meaning
            == (i < 4 ? Innovation::Meaning::outlier : Innovation::Meaning::path_changed));
        see(settled + i * 64s + 1s, 0s, other);
    }
    CHECK(see(settled + 5 * 64s, 10ms).meaning == Innovation::Meaning::noise);
    CHECK(abs(estimator.offset(start + settled + 5 * 64s)) < Seconds{1e-3});
    DOUBLES_EQUAL(0, estimator.frequency().ppm(), 0.5);
}

TEST(Estimator, HoldsTheClockGuiltyWhenTwoSourcesDiffer)
{
    settle(Frequency{});
    // 5 ppm faster from here on.
    const Frequency change = Frequency::ppm(5);
    CHECK(see(settled + 1000s, change * 1000s).meaning == Innovation::Meaning::outlier);
    CHECK(
        see(settled + 1001s, change * 1001s, other).meaning == Innovation::Meaning::clock_changed);
    CHECK(estimator.doubt() > Frequency::ppm(4));
    for (int i = 0; i < 8; ++i)
        see(settled + 1064s + i * 64s, change * Seconds{1064.0 + i * 64}, i % 2 == 0 ? one : other);
    DOUBLES_EQUAL(5, estimator.frequency().ppm(), 0.5);
    CHECK(estimator.doubt() < Frequency::ppm(1));
}

TEST(Estimator, MeasuresANewcomerAgainstThoseItKnows)
{
    settle(Frequency{});
    const SourceId newcomer{3};
    CHECK(see(settled + 64s, 9ms, newcomer).meaning == Innovation::Meaning::path_changed);
    CHECK(abs(estimator.offset(start + settled + 64s)) < Seconds{500e-6});
    CHECK(see(settled + 128s, 9ms, newcomer).meaning == Innovation::Meaning::noise);
}

TEST(Estimator, KeepsTheFrequencyWhenTheOffsetIsForgotten)
{
    settle(Frequency::ppm(37));
    estimator.forget_offset();
    CHECK(!estimator.is_started());
    estimator.start(start + settled + 64s, 7s, 10ms);
    see(settled + 64s, 7s);
    DOUBLES_EQUAL(37, estimator.frequency().ppm(), 0.5);
    CHECK(estimator.span() > Seconds{settled});
}

TEST(Estimator, ForgetsASourceButNotWhatItTaught)
{
    settle(Frequency::ppm(37), 2ms);
    const Seconds before = estimator.offset(start + settled);
    estimator.forget(other);
    DOUBLES_EQUAL(before.count(), estimator.offset(start + settled).count(), 1e-12);
    CHECK(see(settled + 64s, Frequency::ppm(37) * Seconds{settled + 64s}).meaning
        == Innovation::Meaning::noise);
}

TEST(Estimator, ShiftsWithoutSurprises)
{
    settle(Frequency{});
    estimator.shift(3ms);
    DOUBLES_EQUAL(0.003, estimator.offset(start + settled).count(), 300e-6);
    CHECK(std::fabs(see(settled + 64s, 0s).normalized) < 1);
}

// The same readings of a steady oscillator and of one that wanders.
TEST(Estimator, LearnsHowMuchTheOscillatorWanders)
{
    const auto learned = [](double wander) {
        Estimator e;
        e.expect(Frequency{}, Frequency::ppm(1));
        e.start(start, 0s, 1ms);
        std::mt19937_64 random{1};
        std::normal_distribution<double> normal;
        double frequency = 0, truth = 0;
        for (int i = 1; i <= 400; ++i) {
            truth += frequency * 64;
            frequency += wander * 8 * normal(random);
            e.update({one, start + i * 64s, Seconds{truth + 20e-6 * normal(random)}, 20us, 1us});
        }
        return e.wander();
    };
    CHECK(learned(1e-10) < Frequency::ratio(5e-10));
    CHECK(learned(5e-9) > Frequency::ratio(2e-9));
}

TEST(Estimator, PassesOverASlipUnlessTwoSourcesSlip)
{
    settle(Frequency{});
    CHECK(estimator.passes_over(one, start + settled + 64s, 20ms));
    CHECK(!estimator.passes_over(other, start + settled + 65s, 20ms));
    CHECK(see(settled + 65s, 20ms, other).meaning == Innovation::Meaning::clock_changed);
}

TEST(Estimator, LooksAtTheFrequencyWhenAnOffsetIsWithinItsReach)
{
    settle(Frequency{});
    const Frequency sure = estimator.frequency_uncertainty();
    estimator.distrust_frequency(1s, start + settled + 300s); // 3000 ppm: a clock that was set
    CHECK(estimator.frequency_uncertainty() == sure);
    estimator.distrust_frequency(6ms, start + settled + 300s); // 20 ppm: it may be
    CHECK(estimator.frequency_uncertainty() > Frequency::ppm(5));
}
