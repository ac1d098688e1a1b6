// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The whole daemon with reference clocks: what they make of its clock, and what it makes of their
// faults.

#include "sim/world.h"

#include <cmath>
#include <cstdlib>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

constexpr OscillatorTraits usual{
    .offset = Seconds{3.25}, .frequency = Frequency::ppm(50), .wander = 1e-9};
constexpr std::int32_t shm2 = 0x4e545032;

} // namespace

TEST_GROUP(Refclock)
{
    World world{23};
    Node* node = nullptr;

    Node& starts(const std::string& conf, const std::function<void(SimDevices&)>& plug,
        OscillatorTraits oscillator = usual)
    {
        node = &world.node({.conf = conf, .oscillator = oscillator, .plug = plug});
        return *node;
    }
    // Of the clock, read at each second.
    Seconds rms(Nanoseconds span)
    {
        double sum = 0;
        const auto seconds = span / 1s;
        for (int i = 0; i < seconds; ++i) {
            world.run_for(1s);
            sum += std::pow(Seconds{node->clock_error()}.count(), 2);
        }
        return Seconds{std::sqrt(sum / static_cast<double>(seconds))};
    }
    void teardown() override
    {
        STRCMP_EQUAL("", world.first_broken().c_str());
    }
};

TEST(Refclock, PulsesThatAServerNumbersKeepTheClockWithinAMicrosecond)
{
    world.server("ntp1");
    starts("server ntp1 iburst\nrefclock pps minpoll 4\n", [](SimDevices& d) {
        SimPulse& pulse = d.pulse("/dev/pps0");
        pulse.noise = {.uniform = Seconds{2e-6}, .outliers = 0.01, .lateness = Seconds{100e-6}};
        pulse.loss = 0.05;
    });
    world.run_for(1h);
    const auto* pps = node->association("PPS(0)");
    CHECK(pps->view.select == sync::Select::pps_peer);
    CHECK(pps->view.why.find("the one survivor which one") != std::string::npos);
    LONGS_EQUAL(1, node->report().system.sync.stratum.value);
    CHECK(node->report().system.sync.reference_id == ReferenceId::letters("PPS"));
    const Seconds after_an_hour = rms(1h);
    if (std::getenv("MEASURE"))
        std::printf("rms %.1f ns, claims %.1f us\n", after_an_hour.count() * 1e9,
            node->root_distance().count() * 1e6);
    CHECK(after_an_hour < Seconds{400e-9});
    CHECK(node->root_distance() < Seconds{100e-6});
}

TEST(Refclock, NoStartNumbersASecondWrongly)
{
    for (const double off : {0.25, 0.5, 0.499, 0.75, -0.3, 1000.5, -86400.26}) {
        World w{29};
        w.server("ntp1");
        NodeTraits traits{.conf = "server ntp1 iburst\nrefclock pps minpoll 4\n",
            .oscillator = {.offset = Seconds{off}, .frequency = Frequency::ppm(-80)},
            .plug = [](SimDevices& d) { d.pulse("/dev/pps0").noise.uniform = Seconds{2e-6}; }};
        Node& n = w.node(traits);
        w.run_for(10min);
        CHECK(n.is_synchronized());
        CHECK(abs(Seconds{n.clock_error()}) < Seconds{50e-6});
        CHECK(n.association("PPS(0)")->view.select == sync::Select::pps_peer);
        STRCMP_EQUAL("", w.first_broken().c_str());
    }
}

TEST(Refclock, PulsesAloneSayNothing)
{
    starts("refclock pps minpoll 4\n", [](SimDevices& d) { d.pulse("/dev/pps0"); });
    world.run_for(1h);
    CHECK_FALSE(node->is_synchronized());
}

TEST(Refclock, ADeviceThatVanishesIsMissedAndFoundAgain)
{
    world.server("ntp1");
    starts("server ntp1 iburst\nrefclock pps minpoll 4\n",
        [](SimDevices& d) { d.pulse("/dev/pps0"); });
    world.run_for(30min);
    node->devices().pulse("/dev/pps0").vanishes();
    world.run_for(1h);
    CHECK(node->is_synchronized());
    CHECK(abs(Seconds{node->clock_error()}) < Seconds{1e-3});
    STRCMP_EQUAL("PPS(0)", node->association("PPS(0)")->host_name.c_str());
    LONGS_EQUAL(0, node->association("PPS(0)")->reach);
    LONGS_EQUAL(2, node->report().system.sync.stratum.value);
    CHECK(node->log().count("PPS(0)") < 10); // one line a fault
    node->devices().pulse("/dev/pps0").returns();
    world.run_for(30min);
    CHECK(node->association("PPS(0)")->view.select == sync::Select::pps_peer);
    CHECK(abs(Seconds{node->clock_error()}) < Seconds{2e-6});
    LONGS_EQUAL(1, node->log().count("is there again"));
}

TEST(Refclock, SharedMemoryIsATruthOfItsOwn)
{
    starts("refclock shm unit 2 minpoll 4 refid GPS\n", [](SimDevices& d) {
        SimSegment& segment = d.segment(shm2);
        segment.noise = {.uniform = Seconds{5e-6}, .outliers = 0.02, .lateness = Seconds{1e-3}};
        segment.torn = 0.1;
        segment.feeds();
    });
    world.run_for(1h);
    CHECK(node->is_synchronized());
    LONGS_EQUAL(1, node->report().system.sync.stratum.value);
    CHECK(rms(10min) < Seconds{5e-6});
    node->devices().segment(shm2).dies_while_writing();
    world.run_for(30min);
    LONGS_EQUAL(0, node->association("SHM(2)")->reach);
    CHECK(node->is_synchronized()); // and holds over
    CHECK(node->log().count("SHM(2)") < 10);
    node->devices().segment(shm2).feeds();
    world.run_for(10min);
    CHECK(node->association("SHM(2)")->view.select == sync::Select::system_peer);
}

TEST(Refclock, GarbageInSharedMemoryIsCountedAndTheServersStay)
{
    world.server("ntp1");
    starts("server ntp1 iburst\nrefclock shm unit 2 minpoll 4\n",
        [](SimDevices& d) { d.segment(shm2); });
    Chance chance{5};
    for (int i = 0; i < 3600; ++i) {
        SimSegment& segment = node->devices().segment(shm2);
        for (std::byte& b : segment.bytes)
            b = std::byte(chance.bits64() >> 56);
        world.run_for(1s);
    }
    CHECK(node->is_synchronized());
    CHECK(abs(Seconds{node->clock_error()}) < Seconds{1e-3});
    const auto& clock = *node->association("SHM(2)")->clock;
    CHECK(clock.bad_data + clock.bad_format > 3000);
    CHECK(node->log().count("SHM(2)") < 10);
}

TEST(Refclock, TheLocalClockServesOnWhenNothingElseIsThere)
{
    starts("refclock local\ntos orphanwait 300\n", nullptr, {}); // its claim is not ours to prove
    world.run_for(4min);
    CHECK_FALSE(node->is_synchronized());
    world.run_for(10min);
    LONGS_EQUAL(6, node->report().system.sync.stratum.value);
}

// The usual wander of a day, and nobody left: the bound grows, and the truth stays inside.
TEST(Refclock, HoldsOverForADayWithinWhatItClaims)
{
    starts("refclock shm unit 2 minpoll 4\nrefclock pps minpoll 4\ntos holdover 0.1\n",
        [](SimDevices& d) {
            d.pulse("/dev/pps0").noise.uniform = Seconds{2e-6};
            d.segment(shm2).feeds();
        },
        {.frequency = Frequency::ppm(20), .swing = Frequency::ppm(1)});
    world.run_for(6h);
    CHECK(node->association("PPS(0)")->view.select == sync::Select::pps_peer);
    node->devices().pulse("/dev/pps0").is_mute = true;
    node->devices().segment(shm2).stops_feeding();
    world.run_for(1h);
    CHECK(node->is_synchronized());
    LONGS_EQUAL(1, node->report().system.sync.stratum.value);
    CHECK(node->report().system.state.starts_with("holdover: no source for "));
    LONGS_EQUAL(1, node->log().count("the time is held over, and its error bound grows by"));
    CHECK(node->root_distance() < Seconds{0.02});
    world.run_for(23h);
    LONGS_EQUAL(1, node->log().count("the time is not told any more"));
    CHECK_FALSE(node->is_synchronized()); // by then it may have been off by 0.1 s
    node->devices().pulse("/dev/pps0").is_mute = false;
    node->devices().segment(shm2).feeds();
    world.run_for(10min);
    CHECK(node->is_synchronized());
    CHECK(abs(Seconds{node->clock_error()}) < Seconds{1e-3});
}
