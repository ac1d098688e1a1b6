// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The engine in a closed loop: how close it keeps the clock, and whether what it claims is true.

#include "unit/sync/little_world.h"

#include <algorithm>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;

namespace {

Policy allowed_to_panic()
{
    Policy policy;
    policy.may_panic_once = true;
    return policy;
}

LittleWorld world_of(std::uint64_t seed, int servers, const LittleServer& server = {},
    const Policy& policy = allowed_to_panic())
{
    LittleWorld world{seed, policy};
    world.oscillator_error = Frequency::ppm(seed % 2 == 0 ? 50 : -50);
    world.set_clock(Seconds{-12});
    world.turn_interval = Seconds{16};
    for (int i = 0; i < servers; ++i)
        world.add(server);
    return world;
}

LittleServer one_sided(Seconds forward, Seconds backward)
{
    LittleServer server;
    server.forward = forward;
    server.backward = backward;
    return server;
}

// The last moment at which the clock was off by more than this, from now on.
double time_until_within(LittleWorld& world, Seconds limit, Seconds span)
{
    const double start = world.now();
    double last = start;
    world.on_event = [&] {
        if (abs(world.clock_error()) > limit)
            last = world.now();
    };
    world.run_for(span);
    world.on_event = nullptr;
    return last - start;
}

constexpr Seconds quarter_of_an_hour{900}, hour{3600}, day{86400};

} // namespace

TEST_GROUP(Engine){};

TEST(Engine, IsWithinThreeMillisecondsAfterAQuarterOfAnHourAndEverAfter)
{
    for (std::uint64_t seed = 1; seed <= 16; ++seed) {
        LittleWorld world = world_of(seed, 4);
        world.run_for(quarter_of_an_hour);
        CHECK(world.last().system.leap == Leap::none);
        LONGS_EQUAL(0, world.violations());
        world.reset_tallies();
        world.run_for(day - quarter_of_an_hour);
        CHECK(world.worst_error() < Seconds{0.003});
        CHECK(world.rms_error() < Seconds{0.0004});
        CHECK(world.median_bound() < Seconds{0.025});
        LONGS_EQUAL(0, world.violations());
        CHECK(world.checks() > 10'000);
    }
}

TEST(Engine, IsWithinAMillisecondSomeSecondsAfterTheFirstBurst)
{
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        LittleWorld world = world_of(seed, 4);
        world.run_for(Seconds{12});
        CHECK(world.last().system.leap == Leap::none);
        CHECK(abs(world.clock_error()) < Seconds{0.0015});
    }
}

TEST(Engine, DoesWithOneServer)
{
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        LittleWorld world = world_of(seed, 1);
        world.run_for(quarter_of_an_hour);
        world.reset_tallies();
        world.run_for(day);
        CHECK(world.worst_error() < Seconds{0.003});
        CHECK(world.rms_error() < Seconds{0.0005});
        LONGS_EQUAL(0, world.violations());
    }
}

TEST(Engine, ClaimsTheTruthWhenTheWholeDelayIsOneSided)
{
    for (const auto& [there, back] : {std::pair{0.0, 0.020}, std::pair{0.020, 0.0}})
        for (std::uint64_t seed = 1; seed <= 3; ++seed)
            for (const int servers : {1, 4}) {
                LittleServer server = one_sided(Seconds{there}, Seconds{back});
                if (seed == 3)
                    server.queue = Seconds{1e-9}; // nothing but the asymmetry: no slack at all
                LittleWorld world = world_of(seed, servers, server);
                world.run_for(day / 4);
                LONGS_EQUAL(0, world.violations());
                CHECK(world.checks() > 1000);
                CHECK(world.last().system.leap == Leap::none);
            }
}

TEST(Engine, ClaimsTheTruthWhenTheAsymmetryTurnsAround)
{
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        LittleWorld world = world_of(seed, 4, one_sided(Seconds{0}, Seconds{0.020}));
        world.run_for(4 * hour);
        for (int turn = 0; turn < 6; ++turn) {
            for (std::size_t i = 0; i < 4; ++i)
                std::swap(world.server(i).forward, world.server(i).backward);
            world.run_for(2 * hour);
        }
        LONGS_EQUAL(0, world.violations());
    }
}

TEST(Engine, ClaimsTheTruthWhileItSlews)
{
    Policy patient;
    patient.max_slew_at_start = patient.max_slew;
    LittleWorld world = world_of(1, 4, {}, patient);
    world.set_clock(Seconds{-0.12});
    world.run_for(Seconds{100});
    CHECK(!world.has_done(Steering::Action::step));
    CHECK(world.last().system.leap == Leap::none);
    CHECK(world.clock_error() < Seconds{-0.05}); // still on its way
    world.run_for(Seconds{300});
    CHECK(abs(world.clock_error()) < Seconds{0.003});
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, IsCloseWithinHalfAMinuteFromAColdStart)
{
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        LittleWorld world = world_of(seed, 1);
        world.oscillator_error = Frequency::ppm(100);
        world.set_clock(Seconds{0.1});
        world.run_for(Seconds{30});
        world.on_event = [&] { CHECK(abs(world.clock_error()) < Seconds{0.003}); };
        world.run_for(Seconds{900});
        CHECK(!world.has_done(Steering::Action::step));
        LONGS_EQUAL(0, world.violations());
    }
}

TEST(Engine, SlewsAnythingWhenItMayNotStep)
{
    Policy policy = allowed_to_panic();
    policy.step_forward = policy.step_backward = Seconds{600};
    LittleWorld world = world_of(1, 4, {}, policy);
    world.set_clock(Seconds{2});
    Seconds before{2};
    bool is_monotone = true;
    world.on_event = [&] {
        is_monotone = is_monotone && world.clock_error() < before + Seconds{0.002};
        before = std::min(before, world.clock_error());
    };
    world.run_for(Seconds{4400});
    CHECK(is_monotone);
    CHECK(!world.has_done(Steering::Action::step));
    CHECK(abs(world.clock_error()) < Seconds{0.003}); // 2 s at 500 ppm, and no overshoot
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, HoldsOverWhenNobodyAnswers)
{
    LittleWorld world = world_of(1, 4);
    world.run_for(day);
    for (std::size_t i = 0; i < 4; ++i)
        world.server(i).is_dead = true;
    world.run_for(day / 2);
    CHECK(world.last().system.leap == Leap::none);
    CHECK(!world.last().system.peer.has_value());
    CHECK(world.has_seen(EventKind::no_sys_peer));
    CHECK(abs(world.clock_error()) < Seconds{0.020});
    CHECK(world.last().system.root_dispersion > Seconds{0.1}); // 2.5 ppm for hours
    LONGS_EQUAL(0, world.violations());

    for (std::size_t i = 0; i < 4; ++i)
        world.server(i).is_dead = false;
    world.run_for(hour);
    CHECK(world.last().system.peer.has_value());
    CHECK(abs(world.clock_error()) < Seconds{0.002});
    CHECK(!world.has_done(Steering::Action::panic));
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, IsNotTakenInByALiarNotEvenAtTheStart)
{
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        LittleWorld world{seed, allowed_to_panic()};
        world.set_clock(Seconds{3});
        LittleServer liar;
        liar.lie = Seconds{0.25};
        liar.forward = liar.backward = Seconds{0.001}; // and the quickest to answer
        world.add(liar);
        for (int i = 0; i < 3; ++i)
            world.add({});
        world.run_for(hour);
        CHECK(world.worst_error() < Seconds{0.005});
        CHECK(world.last().sources[0].select == Select::falseticker);
        CHECK(world.last().sources[0].why.find("falseticker") != std::string::npos);
        LONGS_EQUAL(0, world.violations());
    }
}

TEST(Engine, IsNotTakenInByTwoLiarsOfFiveThatKeepClose)
{
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        LittleWorld world = world_of(seed, 3);
        LittleServer liar;
        for (const double lie : {0.012, 0.015}) {
            liar.lie = Seconds{lie};
            world.add(liar);
        }
        world.run_for(day / 2);
        CHECK(abs(world.clock_error()) < Seconds{0.003});
        LONGS_EQUAL(0, world.violations());
    }
}

TEST(Engine, LeavesAServerWhoseClockWasMoved)
{
    LittleWorld world = world_of(1, 4);
    world.run_for(4 * hour);
    world.server(0).lie = Seconds{1};
    world.run_for(4 * hour);
    CHECK(world.last().sources[0].select == Select::falseticker);
    CHECK(world.worst_error() < Seconds{0.004});
    CHECK(!world.has_seen(EventKind::spike_detect));
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, FollowsItsOnlyServerWhenThatPersists)
{
    LittleWorld world = world_of(1, 1);
    world.run_for(4 * hour);
    world.actions.clear();
    world.server(0).lie = Seconds{1};
    while (!world.has_seen(EventKind::spike_detect)) // one poll, and the second look
        world.run_for(Seconds{1});
    world.run_for(Seconds{25});
    CHECK(!world.has_done(Steering::Action::step));
    world.run_for(Seconds{20});
    LONGS_EQUAL(1, std::count(world.actions.begin(), world.actions.end(), Steering::Action::step));
    CHECK(abs(world.clock_error() - Seconds{1}) < Seconds{0.002});
    world.run_for(2 * hour);
    LONGS_EQUAL(1, std::count(world.actions.begin(), world.actions.end(), Steering::Action::step));
    CHECK(abs(world.clock_error() - Seconds{1}) < Seconds{0.004});
}

TEST(Engine, PassesOverAShortSpike)
{
    LittleWorld world = world_of(1, 1);
    world.run_for(4 * hour);
    world.actions.clear();
    world.server(0).lie = Seconds{1};
    while (!world.has_seen(EventKind::spike_detect)) // one poll, and the second look
        world.run_for(Seconds{1});
    world.run_for(Seconds{10});
    world.server(0).lie = Seconds{0};
    world.reset_tallies();
    world.run_for(2 * hour);
    CHECK(!world.has_done(Steering::Action::step));
    CHECK(abs(world.clock_error()) < Seconds{0.003});
}

TEST(Engine, IsNotDisturbedByCongestionInOneDirection)
{
    LittleWorld world = world_of(1, 1);
    world.run_for(4 * hour);
    world.reset_tallies();
    for (int i = 0; i < 4; ++i) {
        world.server(0).queue_back = Seconds{0.050};
        world.run_for(Seconds{1200});
        world.server(0).queue_back = Seconds{0};
        world.run_for(Seconds{2400});
    }
    CHECK(world.worst_error() < Seconds{0.003});
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, RecoversFromAChangeOfItsOwnFrequency)
{
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        LittleWorld world = world_of(seed, 4);
        world.run_for(4 * hour);
        world.oscillator_error = world.oscillator_error + Frequency::ppm(2);
        CHECK(time_until_within(world, Seconds{0.001}, 3 * hour) < 5400);
        LONGS_EQUAL(0, world.violations());
    }
}

TEST(Engine, DoesWithoutABurst)
{
    LittleServer server;
    server.iburst = false;
    LittleWorld world = world_of(1, 4, server);
    world.run_for(Seconds{400});
    CHECK(world.last().system.leap == Leap::none);
    world.reset_tallies();
    world.run_for(hour);
    CHECK(abs(world.clock_error()) < Seconds{0.003});
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, StartsFromTheEpoch)
{
    Policy policy = allowed_to_panic();
    LittleWorld world{1, policy};
    world.set_clock(Seconds{-1'700'000'000});
    for (int i = 0; i < 4; ++i)
        world.add({});
    world.run_for(Seconds{600});
    CHECK(abs(world.clock_error()) < Seconds{0.003});
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, IsSureSoonerWithADriftFile)
{
    Policy policy = allowed_to_panic();
    policy.initial_frequency = Frequency::ppm(-50);
    LittleWorld world = world_of(2, 4, {}, policy);
    world.run_for(Seconds{60});
    CHECK(world.has_seen(EventKind::freq_set));
    CHECK(world.has_seen(EventKind::clock_sync));
    CHECK(world.last().system.state == ClockState::sync);
    DOUBLES_EQUAL(-50, world.last().system.frequency.ppm(), 3);
    CHECK(world.last().system.dispersion_rate < Frequency::ppm(150));
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, ToleratesADriftFileOfAnotherMachine)
{
    Policy policy = allowed_to_panic();
    policy.initial_frequency = Frequency::ppm(50);
    LittleWorld world = world_of(2, 4, {}, policy); // the truth is -50
    world.run_for(quarter_of_an_hour);
    CHECK(abs(world.clock_error()) < Seconds{0.003});
    DOUBLES_EQUAL(-50, world.last().system.frequency.ppm(), 3);
    LONGS_EQUAL(0, world.violations());
}

TEST(Engine, IsTheSameForTheSameSeed)
{
    LittleWorld one = world_of(5, 4), same = world_of(5, 4), another = world_of(6, 4);
    for (LittleWorld* world : {&one, &same, &another})
        world->run_for(hour);
    CHECK(one.clock_error() == same.clock_error());
    CHECK(one.clock_error() != another.clock_error());
}
