// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A daemon that goes on in the place of another one on the same machine: nothing is forgotten, and
// nobody can tell from the time it serves.

#include "sim/world.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

// The sanitizers slow everything down tenfold, and look at the code, not at chance.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr auto settling = 20min;
constexpr int rounds = 4;
#else
constexpr auto settling = 2h;
constexpr int rounds = 20;
#endif

const char* const three_servers = "server ntp1 iburst\nserver ntp2 iburst\nserver ntp3 iburst\n";

} // namespace

TEST_GROUP(Handover)
{
    World world{23};
    void setup() override
    {
        world.net().all_paths() = {.delay = 8ms, .jitter = 300us};
        for (const char* name : {"ntp1", "ntp2", "ntp3"})
            world.server(name);
    }
    Node& node(const std::string& conf)
    {
        return world.node(conf, {.offset = 20ms, .frequency = Frequency::ppm(35), .wander = 1e-9});
    }
    void teardown() override
    {
        CHECK(world.claims_checked() > 0);
        STRCMP_EQUAL("", world.first_broken().c_str());
    }
};

TEST(Handover, KeepsAllThatIsKnownOfClockAndSources)
{
    Node& n = node(three_servers);
    world.run_for(settling);
    const report::Report before = n.report();
    const auto served = n.daemon().served();
    const auto error = n.clock_error();

    n.is_taken_over();

    CHECK(n.is_synchronized());
    LONGS_EQUAL((n.clock_error() - error).count(), 0);
    const report::Report after = n.report();
    CHECK(n.daemon().served().reference_id == served.reference_id);
    CHECK(n.daemon().served().epoch == served.epoch);
    CHECK(n.daemon().served().reference_time == served.reference_time);
    CHECK(after.system.uptime >= before.system.uptime);
    CHECK(after.system.sync.frequency == before.system.sync.frequency);
    CHECK(after.system.sync.time_constant == before.system.sync.time_constant);
    CHECK(after.system.peer == before.system.peer);
    LONGS_EQUAL(before.associations.size(), after.associations.size());
    for (std::size_t i = 0; i < before.associations.size(); ++i) {
        const auto& was = before.associations[i];
        const auto& is = after.associations[i];
        CHECK(is.id == was.id);
        CHECK(is.source == was.source);
        CHECK(is.remote == was.remote);
        LONGS_EQUAL(was.reach, is.reach);
        LONGS_EQUAL(was.sent, is.sent);
        CHECK(is.view.select == was.view.select);
        LONGS_EQUAL(was.filter.size(), is.filter.size());
    }
}

// As good as one that was never replaced.
TEST(Handover, GoesOnMeasuringWhereTheOtherStopped)
{
    Node& changed = node(three_servers);
    Node& unchanged = node(three_servers);
    world.run_for(settling);
    for (int i = 0; i < rounds; ++i) {
        changed.is_taken_over();
        world.run_for(3min + 17s);
        CHECK(changed.is_synchronized());
        CHECK(abs(Seconds{changed.clock_error()}) < Seconds{0.0005});
        for (const auto& a : changed.report().associations)
            LONGS_EQUAL(255, a.reach);
    }
    CHECK(abs(Seconds{unchanged.clock_error()}) < Seconds{0.0005});
    LONGS_EQUAL(0, changed.clock().steps() - unchanged.clock().steps());
}

// The answer comes to a socket that is closed by then.
TEST(Handover, LosesNoPollThatWasUnderWay)
{
    Node& n = node("server ntp1 iburst maxpoll 7\nserver ntp2 maxpoll 7\n");
    world.run_for(settling);
    for (const char* name : {"ntp1", "ntp2"})
        for (int i = 0; i < 4; ++i) {
            const auto sent = n.association(name)->sent;
            while (n.association(name)->sent == sent)
                world.run_for(5ms); // less than the way there and back
            LONGS_EQUAL(0376, n.association(name)->reach);

            n.is_taken_over();

            world.run_for(5s);
            LONGS_EQUAL(0377, n.association(name)->reach);
            LONGS_EQUAL(sent + 2, n.association(name)->sent);
        }
}

TEST(Handover, FinishesASlewThatWasUnderWay)
{
    Node& n = node(three_servers);
    world.run_for(settling);
    n.off_by(Seconds{0.0009}); // too little to be noticed but by the sources
    while (abs(n.daemon().steersman().slew_left()) < Seconds{0.0002})
        world.run_for(1s);
    const Seconds left = n.daemon().steersman().slew_left();

    n.is_taken_over();

    DOUBLES_EQUAL(left.count(), n.daemon().steersman().slew_left().count(), 1e-6);
    world.run_for(10min);
    CHECK(abs(Seconds{n.clock_error()}) < Seconds{0.0005});
}

TEST(Handover, ForgetsWhomTheNewConfigurationDoesNotName)
{
    Node& n = node(three_servers);
    world.run_for(settling);

    n.is_taken_over("server ntp2 iburst\nserver ntp3 iburst\n");

    LONGS_EQUAL(2, n.report().associations.size());
    CHECK(n.is_synchronized());
    LONGS_EQUAL(255, n.association("ntp2")->reach);
    world.run_for(settling);
    CHECK(n.is_synchronized());
}

TEST(Handover, OfAnotherVersionBeginsAnewAndServesAllTheSame)
{
    Node& n = node(three_servers);
    world.run_for(settling);

    n.is_taken_over(three_servers, [](daemon::Handover& h) { h.engine += "x "; });

    CHECK_FALSE(n.is_synchronized());
    LONGS_EQUAL(1, n.log().count("learned anew"));
    world.run_for(5min);
    CHECK(n.is_synchronized());
}

TEST(Handover, ThatFailsLeavesTheOldOneAsItWas)
{
    Node& n = node(three_servers);
    world.run_for(settling);
    const auto error = n.clock_error();
    auto& daemon = n.daemon();

    const auto handover = daemon.hand_over();
    world.run_for(2s); // the other one is busy, and then gone
    CHECK(daemon.go_on(handover, [] { return serve::Estate{}; }).has_value());

    CHECK(n.is_synchronized());
    CHECK(abs(Seconds{n.clock_error() - error}) < Seconds{0.00001});
    world.run_for(settling);
    CHECK(n.is_synchronized());
    for (const auto& a : n.report().associations)
        LONGS_EQUAL(255, a.reach);
}
