// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What readings of a hardware clock say.

#include "refclock/hardware_reading.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;
using namespace std::chrono_literals;

TEST_GROUP(HardwareReading)
{
    static constexpr Instant<Utc> now{1'780'000'000s};
    static constexpr Instant<DeviceTime> then{1000s};
};

TEST(HardwareReading, TheBestIsTheQuickest)
{
    const std::vector<HardwareReading> readings{{now, now + 9us, then},
        {now + 20us, now + 24us, then + 20us}, {now + 30us, now + 36us, then}};
    CHECK(best(readings)->device == then + 20us);
    CHECK(middle(*best(readings)) == now + 22us);
    CHECK(window(*best(readings)) == 4us);
}

TEST(HardwareReading, IsOfNoUseWhenOurClockWentBackMeanwhile)
{
    CHECK(!best({}));
    const std::vector<HardwareReading> readings{{now, now - 250ms, then}};
    CHECK(!best(readings));
}

TEST(HardwareReading, TellsWhenTheDeviceShowedSomething)
{
    const HardwareReading before{now - 1us, now + 1us, then};
    const HardwareReading after{now + 1s - 1us, now + 1s + 1us, then + 1s + 100us}; // 100 ppm
    CHECK(*between(before, after, then) == now);
    CHECK(*between(before, after, then + 500ms + 50us) == now + 500ms);
    CHECK(*between(before, after, then - 1s - 100us) == now - 1s);
}

TEST(HardwareReading, TellsNothingAcrossAStep)
{
    const HardwareReading before{now, now, then};
    CHECK(!between(before, {now + 1250ms, now + 1250ms, then + 1s}, then + 500ms));
    CHECK(!between(before, {now + 1s, now + 1s, then}, then));
    CHECK(!between(before, {now + 1s, now + 1s, then - 1s}, then));
}
