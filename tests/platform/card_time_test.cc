// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The line between a network card's clock and the machine's count.

#include "platform/card_time.h"

#include "sim/chance.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

TEST_GROUP(CardTime)
{
    CardTimeFit fit;
    const Nanoseconds begin = 5h;
    const Instant<DeviceTime> card_begin{1'800'000'037s};
    double gain = 40e-6;
    Nanoseconds stepped = 0s;

    Instant<DeviceTime> truth(Nanoseconds count) const
    {
        const Nanoseconds passed = count - begin;
        return card_begin + passed + stepped + rounded(gain * Seconds{passed});
    }
    void read(Nanoseconds after, Nanoseconds error = 0ns)
    {
        fit.add({begin + after, truth(begin + after) + error, 1us});
    }
};

TEST(CardTime, IsUnknownAtFirst)
{
    CHECK_FALSE(fit.line().has_value());
    for (const auto after : {0s, 1s, 2s}) {
        read(after);
        CHECK_FALSE(fit.line().has_value());
    }
    read(3s);
    CHECK(fit.line().has_value());
}

TEST(CardTime, FollowsAnOscillatorOfItsOwn)
{
    sim::Chance chance{1};
    for (int i = 0; i < 100; ++i)
        read(i * 1s, Nanoseconds{static_cast<int>(chance.bits64() % 401) - 200});
    const auto line = fit.line();

    for (const auto later : {0ms, 500ms, 1000ms}) {
        const Nanoseconds count = begin + 99s + later;
        CHECK(std::chrono::abs(line->at(count) - truth(count)) < 400ns);
    }
    DOUBLES_EQUAL(40e-6, line->gain, 1e-7);
}

TEST(CardTime, TellsTheAgeOfAStampByTheMachinesCount)
{
    gain = 900e-6;
    for (int i = 0; i < 8; ++i)
        read(i * 1s);

    const auto stamp = truth(begin + 6s);

    const auto age = fit.line()->age(stamp, begin + 7s + 200ms);
    CHECK(std::chrono::abs(age - 1200ms) < 5ns);
    CHECK(fit.line()->age(truth(begin + 8s), begin + 7s) < 0s);
}

TEST(CardTime, BeginsAnewWhenItIsStepped)
{
    for (int i = 0; i < 10; ++i)
        read(i * 1s);
    stepped = 37s;
    read(10s);
    CHECK_FALSE(fit.line().has_value());
    for (int i = 11; i < 14; ++i)
        read(i * 1s);
    CHECK(std::chrono::abs(fit.line()->at(begin + 14s) - truth(begin + 14s)) < 5ns);
}

TEST(CardTime, IsNoneOfAClockThatStandsStillOrRaces)
{
    for (const double wrong : {-1.0, 0.01, -0.0011}) {
        fit = {};
        gain = wrong;
        for (int i = 0; i < 20; ++i)
            read(i * 1s);
        CHECK_FALSE(fit.line().has_value());
    }
}

TEST(CardTime, IsNoneOfReadingsThatAreAllOfOneMoment)
{
    for (int i = 0; i < 8; ++i)
        read(1s);
    CHECK_FALSE(fit.line().has_value());
}
