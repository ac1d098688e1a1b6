// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Whether a hardware clock runs on.

#include "refclock/continuity.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;
using namespace std::chrono_literals;
using Verdict = Continuity::Verdict;

TEST_GROUP(Continuity)
{
    Continuity continuity;
    ClockLook at{Instant<DeviceTime>{5s}, Instant<Utc>{1'780'000'000s}, Instant<Mono>{77s}};

    Verdict look(Nanoseconds device = 1s, Nanoseconds utc = 1s, Nanoseconds mono = 1s)
    {
        at.device += device;
        at.utc += utc;
        at.mono += mono;
        return continuity.push(at);
    }
};

TEST(Continuity, IsSteadyFromTheSecondLookOn)
{
    CHECK(look() == Verdict::unsettled);
    CHECK(look() == Verdict::steady);
    CHECK(look(1s + 500us) == Verdict::steady);
    CHECK(look(64s + 6ms, 64s, 64s) == Verdict::steady);
}

TEST(Continuity, SeesAJumpAndWaitsUntilItIsSteadyAgain)
{
    look();
    look();
    CHECK(look(1s + 3ms) == Verdict::jumped);
    CHECK(continuity.jump() == 3ms);
    for (int n = 0; n < 4; ++n)
        CHECK(look() == Verdict::unsettled);
    CHECK(look() == Verdict::steady);
}

TEST(Continuity, TellsOneOfManyJumps)
{
    look();
    look();
    CHECK(look(-37s) == Verdict::jumped);
    CHECK(look(1s + 100ms) == Verdict::unsettled);
    for (int n = 0; n < 4; ++n)
        CHECK(look() == Verdict::unsettled);
    CHECK(look() == Verdict::steady);
}

TEST(Continuity, IsNotImpressedByAStepOfOurClock)
{
    look();
    look();
    CHECK(look(1s, 1s - 250ms) == Verdict::steady);
    CHECK(look(1s, -10s) == Verdict::steady);
}

TEST(Continuity, IsNotImpressedByASleepBetweenTwoLooksAtTheClock)
{
    look();
    look();
    CHECK(look(1s, 1s, 1s + 30ms) == Verdict::steady);
}

TEST(Continuity, SeesAClockThatStandsStill)
{
    CHECK(look() == Verdict::unsettled);
    CHECK(look(0s) == Verdict::unsettled);
    CHECK(look(0s) == Verdict::frozen);
    CHECK(look(0s) == Verdict::frozen);
    for (int n = 0; n < 4; ++n)
        CHECK(look() == Verdict::unsettled);
    CHECK(look() == Verdict::steady);
}

TEST(Continuity, SeesAClockOfTheWrongRate)
{
    look();
    for (int n = 0; n < 20; ++n)
        CHECK(look(1s + 5ms) != Verdict::steady);
}
