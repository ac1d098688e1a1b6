// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The whole daemon where NTP's 32 bits of seconds begin anew (2036-02-07 06:28:16 UTC), and at the
// ends of what it may meet: a machine that wakes up in 1970, and servers of the next century.

#include "sim/world.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

const char* const four_servers = "server ntp1 iburst\nserver ntp2 iburst\n"
                                 "server ntp3 iburst\nserver ntp4 iburst\n";
constexpr Frequency usual_drift = Frequency::ppm(50);
constexpr Seconds rollover{2'085'978'496};

} // namespace

TEST_GROUP(Era)
{
    std::unique_ptr<World> world;

    void begin_at(Seconds since_1970)
    {
        world = std::make_unique<World>(17, Instant<Truth>{rounded(since_1970)});
        world->net().all_paths() = {.delay = 10ms, .jitter = 500us};
        for (const char* name : {"ntp1", "ntp2", "ntp3", "ntp4"})
            world->server(name);
    }
    Node& node(const std::string& conf, Seconds offset)
    {
        return world->node(conf, {.offset = offset, .frequency = usual_drift, .wander = 1e-9});
    }
    void teardown() override
    {
        STRCMP_EQUAL("", world->first_broken().c_str());
        world.reset();
    }
};

TEST(Era, BeginsAnewWithoutAnybodyNoticing)
{
    begin_at(rollover - Seconds{3h});
    Node& server = node(four_servers, 12s);
    Node& client = node("server 198.51.100.1 iburst minpoll 4 maxpoll 4\n", -3s);
    world->run_for(1h);
    CHECK(client.is_synchronized());
    Seconds worst{0};
    world->after_event = [&] {
        CHECK(server.is_synchronized() && client.is_synchronized());
        worst = std::max(worst, abs(Seconds{server.clock_error()}));
        worst = std::max(worst, abs(Seconds{client.clock_error()}));
    };
    world->run_for(6h);
    CHECK(worst < 3ms);
    for (Node* n : {&server, &client}) {
        LONGS_EQUAL(1, n->clock().steps());
        LONGS_EQUAL(0, n->log().count("somebody else"));
        CHECK(abs(Seconds{n->report().system.sync.reference_time - n->report().system.now}) < 1h);
    }
}

TEST(Era, IsFoundByAMachineThatStartsBeforeItsEnd)
{
    begin_at(rollover + Seconds{5min});
    Node& n = node(four_servers, -10min);
    world->run_for(1h);
    CHECK(n.is_synchronized());
    CHECK(abs(Seconds{n.clock_error()}) < 3ms);
}

TEST(Era, IsFoundByAMachineThatStartsTooLate)
{
    begin_at(rollover - Seconds{2h});
    Node& n = node(four_servers, 3h);
    world->run_for(1h);
    CHECK(n.is_synchronized());
    CHECK(abs(Seconds{n.clock_error()}) < 3ms);
}

TEST(Era, IsFoundByAMachineThatWakesUpIn1970)
{
    for (const Seconds today : {Seconds{1'800'000'000}, rollover + Seconds{1h},
             Seconds{3'900'000'000}}) { // 2027, 2036, 2093
        begin_at(today);
        Node& n = node(four_servers, -today);
        world->run_for(1h);
        CHECK(n.is_synchronized());
        CHECK(abs(Seconds{n.clock_error()}) < 3ms);
        STRCMP_EQUAL("", world->first_broken().c_str());
    }
}

TEST(Era, IsKeptAtTheEndOfWhatIsPromised)
{
    begin_at(Seconds{4'291'660'800}); // 2105-12-30
    Node& n = node(four_servers, 12s);
    Node& client = node("server 198.51.100.1 iburst\n", 40s);
    world->run_for(50h);
    CHECK(n.is_synchronized());
    CHECK(client.is_synchronized());
    CHECK(abs(Seconds{n.clock_error()}) < 3ms);
    CHECK(abs(Seconds{client.clock_error()}) < 5ms);
}
