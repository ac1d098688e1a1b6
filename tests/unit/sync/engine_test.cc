// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The engine in a closed loop with a simulated clock and network.

#include "unit/sync/little_world.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;

namespace {

Policy ordinary()
{
    Policy policy;
    policy.may_panic_once = true;
    return policy;
}

LittleWorld four_servers(std::uint64_t seed, const Policy& policy)
{
    LittleWorld world{seed, policy};
    world.oscillator_error = Frequency::ppm(seed % 2 == 0 ? 50 : -50);
    world.set_clock(Seconds{-12});
    world.turn_interval = Seconds{16};
    for (int i = 0; i < 4; ++i)
        world.add({});
    return world;
}

} // namespace

TEST_GROUP(Engine){};

TEST(Engine, IsWithinThreeMillisecondsAfterAQuarterOfAnHourAndEverAfter)
{
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        LittleWorld world = four_servers(seed, ordinary());
        world.run_for(Seconds{900});
        CHECK(world.last().system.leap == Leap::none);
        LONGS_EQUAL(0, world.violations());
        world.reset_tallies();
        world.run_for(Seconds{86400 - 900});
        CHECK(world.worst_error() < Seconds{0.003});
        CHECK(world.rms_error() < Seconds{0.0005});
        LONGS_EQUAL(0, world.violations());
    }
}
