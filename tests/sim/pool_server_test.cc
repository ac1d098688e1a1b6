// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The whole daemon in a simulated world: from a clock that is seconds off to one that keeps time
// for a day, and claims no more than is true at any instant.

#include "sim/world.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

// The sanitizers slow everything down tenfold, and look at the code, not at chance.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int seeds = 5;
#else
constexpr int seeds = 50;
#endif

const char* const four_servers = "server ntp1 iburst\nserver ntp2 iburst\n"
                                 "server ntp3 iburst\nserver ntp4 iburst\n";

constexpr OscillatorTraits usual{.offset = 12s, .frequency = Frequency::ppm(50), .wander = 1e-9};

void four_upstreams(World& world)
{
    world.net().all_paths() = {.delay = 20ms, .jitter = 1ms, .loss = 0.01};
    for (const char* name : {"ntp1", "ntp2", "ntp3", "ntp4"})
        world.server(name);
}

// What happened, as text: the same seed must give the same, to the byte.
std::string diary(std::uint64_t seed, Nanoseconds span)
{
    World world{seed};
    four_upstreams(world);
    Node& node = world.node(four_servers, usual);
    std::string text;
    for (Nanoseconds t{0}; t < span; t += 1min) {
        world.run_for(1min);
        text += fmt::format("{} {}\n", node.clock_error().count(), node.root_distance().count());
    }
    for (const SimLog::Line& line : node.log().lines)
        text += fmt::format("{} {}\n", line.when.time_since_epoch().count(), line.sentence);
    return text;
}

} // namespace

TEST_GROUP(PoolServer){};

TEST(PoolServer, KeepsTimeForADayWhateverTheSeed)
{
    const std::clock_t began = std::clock();
    Seconds worst{0};
    double square = 0;
    std::uint64_t counted = 0, claims = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        World world{seed};
        four_upstreams(world);
        Node& node = world.node(four_servers, usual);
        world.run_for(15min);
        CHECK(node.is_synchronized());
        Seconds largest{0};
        world.after_event = [&] {
            const Seconds error = abs(Seconds{node.clock_error()});
            largest = std::max(largest, error);
            square += error.count() * error.count();
            ++counted;
        };
        world.run_for(24h);
        worst = std::max(worst, largest);
        claims += world.claims_checked();
        STRCMP_EQUAL("", world.first_broken().c_str());
        LONGS_EQUAL(1, node.clock().steps());
        if (largest >= 3ms)
            FAIL(fmt::format("seed {}: off by {:.6f} s", seed, largest.count()).c_str());
    }
    const double cpu = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    std::printf("\n%d seeds, a day each: worst error %.3f ms, RMS %.3f ms, %llu claims all true, "
                "%.2f s of CPU a simulated day\n",
        seeds, worst.count() * 1e3, std::sqrt(square / static_cast<double>(counted)) * 1e3,
        static_cast<unsigned long long>(claims), cpu / seeds);
}

TEST(PoolServer, DoesTheSameForTheSameSeed)
{
    const std::string once = diary(7, 3h);
    CHECK(once.size() > 1000);
    CHECK(once == diary(7, 3h));
    CHECK(once != diary(8, 3h));
}

TEST(PoolServer, IsNotTakenInByOneLiar)
{
    World world{3};
    four_upstreams(world);
    world.server("liar").lies_by(250ms);
    Node& node = world.node(std::string{four_servers} + "server liar iburst\n", usual);
    world.run_for(1h);
    CHECK(abs(Seconds{node.clock_error()}) < 3ms);
    const auto* liar = node.association("liar");
    CHECK(liar != nullptr);
    CHECK(liar->view.select == sync::Select::falseticker);
    STRCMP_EQUAL("", world.first_broken().c_str());
}

TEST(PoolServer, StartsWithinSecondsFromABurst)
{
    World world{5};
    four_upstreams(world);
    Node& node = world.node(four_servers, usual);
    world.run_for(20s);
    CHECK(node.is_synchronized());
    CHECK(abs(Seconds{node.clock_error()}) < 20ms);
}

TEST(PoolServer, KeepsItsFrequencyBetweenRuns)
{
    World world{6};
    four_upstreams(world);
    Node& node = world.node("driftfile /var/lib/drift\n" + std::string{four_servers}, usual);
    world.run_for(3h);
    node.stops();
    const std::string kept = node.files().content["/var/lib/drift"];
    DOUBLES_EQUAL(-50, std::stod(kept), 1.0);
    node.restarts();
    world.run_for(1min);
    CHECK(node.log().count("frequency") > 0);
    CHECK(abs(Seconds{node.clock_error()}) < 3ms);
}

TEST(PoolServer, KeepsWhatItHasLearnedBetweenRuns)
{
    World world{6};
    four_upstreams(world);
    Node& node = world.node("driftfile /var/lib/drift\n" + std::string{four_servers}, usual);
    world.run_for(12h);
    node.stops();
    const std::string kept = node.files().content["/var/lib/drift.learned"];
    CHECK(kept.find("\npath ") != kept.npos);
    node.restarts();
    world.run_for(30s);
    CHECK(abs(Seconds{node.clock_error()}) < 2ms);
    LONGS_EQUAL(0, node.log().count("not understood"));

    node.stops();
    node.files().content["/var/lib/drift.learned"] = "rubbish";
    node.restarts();
    world.run_for(1min);
    LONGS_EQUAL(1, node.log().count("not understood"));
    CHECK(node.is_synchronized());
    STRCMP_EQUAL("", world.first_broken().c_str());
}

TEST(PoolServer, KeepsNoFrequencyOfAFewMinutes)
{
    World world{6};
    four_upstreams(world);
    Node& node = world.node("driftfile /var/lib/drift\n" + std::string{four_servers}, usual);
    node.files().content["/var/lib/drift"] = "-49.000000\n";
    world.run_for(5min);
    node.stops();
    STRCMP_EQUAL("-49.000000\n", node.files().content["/var/lib/drift"].c_str());
}

TEST(PoolServer, KeepsItsServersThroughAReload)
{
    World world{14};
    four_upstreams(world);
    world.server("ntp5");
    Node& node = world.node(four_servers, usual);
    world.run_for(1h);
    const auto reach = node.association("ntp1")->reach;
    CHECK(reach != 0);
    node.reloads(std::string{four_servers} + "server ntp5 iburst\n");
    LONGS_EQUAL(reach, node.association("ntp1")->reach);
    CHECK(node.is_synchronized());
    world.run_for(1min);
    CHECK(node.association("ntp5") != nullptr);
    CHECK(node.association("ntp5")->reach != 0);
    node.reloads("server ntp1 iburst\nserver ntp5 iburst\n");
    LONGS_EQUAL(2, node.report().associations.size());
    CHECK(node.is_synchronized());
    LONGS_EQUAL(1, node.clock().steps());
}

TEST(PoolServer, GoesOnWhenItsDriftFileCannotBeWritten)
{
    World world{15};
    four_upstreams(world);
    Node& node = world.node("driftfile /full/drift\n" + std::string{four_servers}, usual);
    node.files().unwritable.insert("/full/");
    world.run_for(5h);
    LONGS_EQUAL(1, node.log().count("/full/drift"));
    CHECK(node.is_synchronized());
}

TEST(PoolServer, StopsRatherThanBelieveInAnotherMillennium)
{
    World world{16};
    four_upstreams(world);
    Node& node = world.node(NodeTraits{.conf = four_servers,
        .address = *parse_address("198.51.100.1"),
        .oscillator = {.offset = -5000s},
        .may_panic_once = false});
    int status = -1;
    node.daemon().ended = [&](int s) { status = s; };
    world.run_for(1min);
    LONGS_EQUAL(1, status);
    LONGS_EQUAL(0, node.clock().steps());
    CHECK_FALSE(node.is_synchronized());
}

TEST(PoolServer, SaysThatItDoesNotKnowWhenNobodyAnswersFromTheStart)
{
    World world{9};
    four_upstreams(world);
    for (std::uint32_t i = 1; i <= 4; ++i)
        world.net().cut(Address::ipv4(0xc0000200u + i), true);
    Node& node = world.node(four_servers, usual);
    world.run_for(1h);
    CHECK_FALSE(node.is_synchronized());
    CHECK(node.report().system.sync.leap == Leap::unsynchronized);
}

TEST(PoolServer, HoldsWhatItClaimsThroughADayWithoutAnswers)
{
    World world{10};
    four_upstreams(world);
    Node& node = world.node(four_servers, usual);
    world.run_for(6h);
    for (std::uint32_t i = 1; i <= 4; ++i)
        world.net().cut(Address::ipv4(0xc0000200u + i), true);
    world.run_for(24h);
    STRCMP_EQUAL("", world.first_broken().c_str());
    for (std::uint32_t i = 1; i <= 4; ++i)
        world.net().cut(Address::ipv4(0xc0000200u + i), false);
    world.run_for(2h);
    CHECK(node.is_synchronized());
    CHECK(abs(Seconds{node.clock_error()}) < 3ms);
    STRCMP_EQUAL("", world.first_broken().c_str());
}

TEST(PoolServer, ComesBackAfterSomebodyMovedTheClock)
{
    World world{11};
    four_upstreams(world);
    Node& node = world.node(four_servers, usual);
    world.run_for(1h);
    node.off_by(5s);
    world.run_for(15min);
    CHECK(node.log().count("by somebody else") == 1);
    CHECK(abs(Seconds{node.clock_error()}) < 3ms);
}

TEST(PoolServer, ServesAsAnOrphanWhenToldTo)
{
    World world{12};
    Node& node = world.node("tos orphan 10 orphanwait 1\n", {});
    world.run_for(10s);
    CHECK(node.daemon().served().leap == Leap::none);
    LONGS_EQUAL(10, node.daemon().served().stratum.value);
}

TEST(PoolServer, ServesCorrectedTimeFromAClockItMustNotTouch)
{
    World world{13};
    four_upstreams(world);
    Node& node = world.node(NodeTraits{.conf = four_servers,
        .address = *parse_address("198.51.100.9"),
        .oscillator = {.offset = 40ms, .frequency = Frequency::ppm(5)},
        .is_steered = false});
    world.run_for(1h);
    CHECK(node.is_synchronized());
    CHECK(abs(Seconds{node.clock_error()}) > 30ms); // left alone
    CHECK(abs(Seconds{node.served_error()}) < 3ms);
    STRCMP_EQUAL("", world.first_broken().c_str());
}
