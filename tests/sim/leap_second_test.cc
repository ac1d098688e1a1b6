// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The whole daemon through leap seconds: announced by servers, known from a file, forgotten by
// some, and smeared for clients.

#include "sim/world.h"

#include <fmt/format.h>

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

const char* const four_servers = "server ntp1 iburst\nserver ntp2 iburst\n"
                                 "server ntp3 iburst\nserver ntp4 iburst\n";
constexpr OscillatorTraits usual{.offset = 12s, .frequency = Frequency::ppm(50), .wander = 1e-9};

constexpr Instant<Utc> new_year{1'798'761'600s}; // 2027
constexpr Instant<Truth> afternoon{1'798'761'600s - 6h};

// A table whose newest entry is the coming new year, or that has none there.
std::string table(int tai_after)
{
    const std::string newest = tai_after == 37 ? "" : fmt::format("4007750400 {}\n", tai_after);
    return "#@ 4020000000\n3692217600 37\n" + newest;
}

} // namespace

TEST_GROUP(LeapSecond)
{
    World world{11, afternoon};
    std::vector<SimServer*> servers;
    Seconds worst{0}; // while it claimed to know the time
    Seconds widest{0}; // of its claims
    Nanoseconds silence{0}; // after the first hour
    Instant<Truth> claimed_last{};

    void setup() override
    {
        world.net().all_paths() = {.delay = 10ms, .jitter = 500us};
        for (const char* name : {"ntp1", "ntp2", "ntp3", "ntp4"})
            servers.push_back(&world.server(name));
    }
    void teardown() override
    {
        STRCMP_EQUAL("", world.first_broken().c_str());
    }

    Node& node(const std::string& more = "", bool like_a_kernel = false, bool is_steered = true)
    {
        return world.node({.conf = four_servers + more,
            .address = *parse_address("198.51.100.1"),
            .oscillator = usual,
            .is_steered = is_steered,
            .leaps_by_itself = like_a_kernel,
            .files = {{"/leap", table(38)}, {"/shorter", table(36)}, {"/none", table(37)}}});
    }
    void all_say(Leap leap)
    {
        for (SimServer* s : servers)
            s->says_leap(leap);
    }
    // An hour to settle; from then on every event is watched, until well into the new year.
    void pass_midnight(Node & node)
    {
        world.run_for(1h);
        CHECK(node.is_synchronized());
        watch(node);
        world.run_until(Instant<Truth>{new_year.time_since_epoch() + 30s});
        all_say(Leap::none);
        world.run_for(2h);
        CHECK(node.is_synchronized());
    }
    void watch(Node & node)
    {
        claimed_last = world.now();
        world.after_event = [this, &node] {
            if (!node.is_running() || !node.is_synchronized())
                return;
            worst = std::max(worst, abs(Seconds{node.served_error()}));
            widest = std::max(widest, node.root_distance());
            silence = std::max(silence, world.now() - claimed_last);
            claimed_last = world.now();
        };
    }
    // It went on keeping time as if nothing had been.
    void check_undisturbed(Node & node)
    {
        CHECK(worst < 2ms);
        CHECK(widest < 50ms);
        CHECK(node.log().count("somebody else") == 0);
        DOUBLES_EQUAL(-50, node.report().system.sync.frequency.ppm(), 0.5);
        CHECK(abs(Seconds{node.served_error()}) < 2ms);
    }
};

TEST(LeapSecond, IsInsertedWhenTheServersSaySo)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    Node& n = node();
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(2, n.clock().steps()); // at the start, and this one
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
    CHECK(silence > 1s);
    CHECK(silence < 3s);
    CHECK(n.clock().status().leap == Leap::none);
}

TEST(LeapSecond, IsLeftOutWhenTheServersSaySo)
{
    world.leaps(1s);
    all_say(Leap::remove);
    Node& n = node();
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(2, n.clock().steps());
    LONGS_EQUAL(1, n.log().count("a second was left out"));
    CHECK(silence < 3s);
}

TEST(LeapSecond, IsDoneByAClockThatDoesItByItself)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    Node& n = node("", true);
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.clock().steps());
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
}

TEST(LeapSecond, IsLeftOutByAClockThatDoesItByItself)
{
    world.leaps(1s);
    all_say(Leap::remove);
    Node& n = node("", true);
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.clock().steps());
}

TEST(LeapSecond, IsDoneForAClockThatShouldHaveDoneItItself)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    Node& n = node("", true);
    world.run_for(5h + 59min);
    n.clock().loses_its_orders();
    watch(n);
    world.run_for(1h);
    all_say(Leap::none);
    check_undisturbed(n);
    LONGS_EQUAL(2, n.clock().steps());
}

TEST(LeapSecond, IsServedByWhoMayNotTouchItsClock)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    Node& n = node("", false, false);
    pass_midnight(n);
    CHECK(worst < 2ms);
    LONGS_EQUAL(0, n.clock().steps());
    LONGS_EQUAL(0, n.log().count("somebody else"));
}

TEST(LeapSecond, SpoilsNoExchangeThatIsOnItsWayMeanwhile)
{
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const bool is_inserted = seed % 2 == 0;
        World busy{seed, Instant<Truth>{new_year.time_since_epoch() - 1h}};
        busy.leaps(is_inserted ? -1s : 1s);
        busy.net().all_paths() = {.delay = 350ms, .jitter = 500us}; // as by satellite
        std::string conf;
        for (const char* name : {"ntp1", "ntp2", "ntp3", "ntp4"}) {
            busy.server(name).says_leap(is_inserted ? Leap::insert : Leap::remove);
            conf += fmt::format("server {} iburst minpoll 3 maxpoll 3\n", name);
        }
        Node& n = busy.node(conf, usual);
        busy.run_for(50min);
        Seconds farthest{0};
        bool is_spoilt = false;
        busy.after_event = [&] {
            for (const char* name : {"ntp1", "ntp2", "ntp3", "ntp4"}) {
                const auto& view = n.association(name)->view;
                is_spoilt = is_spoilt || view.select == sync::Select::falseticker;
                farthest = std::max(farthest, abs(view.offset));
                for (const sync::FilterStage& stage : n.association(name)->filter)
                    farthest = std::max(farthest, abs(stage.offset));
            }
        };
        busy.run_for(20min);
        CHECK(!is_spoilt);
        if (farthest >= 20ms)
            FAIL(fmt::format("seed {}: {} s", seed, farthest.count()).c_str());
        LONGS_EQUAL(2, n.clock().steps());
        STRCMP_EQUAL("", busy.first_broken().c_str());
    }
}

TEST(LeapSecond, IsAnnouncedOnTheLastDayOnlyAndForgottenAfterwards)
{
    World early{3, Instant<Truth>{new_year.time_since_epoch() - 26h}};
    early.leaps(-1s, 1);
    early.server("ntp1").says_leap(Leap::insert);
    Node& n = early.node("server ntp1 iburst\n", usual);
    early.run_for(1h);
    CHECK(n.daemon().served().leap == Leap::none);
    CHECK(n.clock().status().leap == Leap::none);
    early.run_for(2h);
    CHECK(n.daemon().served().leap == Leap::insert);
    CHECK(n.clock().status().leap == Leap::insert);
    LONGS_EQUAL(1, n.log().count("was announced"));
    early.run_for(25h); // the server goes on saying so
    CHECK(n.daemon().served().leap == Leap::none);
    LONGS_EQUAL(1, n.log().count("inserted"));
    CHECK(abs(Seconds{n.clock_error()}) < 2ms);
    STRCMP_EQUAL("", early.first_broken().c_str());
}

TEST(LeapSecond, ForgottenByOneServerMakesAFalsetickerOfIt)
{
    world.leaps(-1s);
    servers[2]->forgets_leap_seconds();
    all_say(Leap::insert);
    servers[2]->says_leap(Leap::none);
    Node& n = node();
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(2, n.clock().steps());
    CHECK(n.association("ntp3")->view.select == sync::Select::falseticker);
    CHECK(n.association("ntp1")->view.select >= sync::Select::candidate);
}

TEST(LeapSecond, SmearedByOneServerMakesAFalsetickerOfItMeanwhile)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    servers[0]->says_leap(Leap::none).smears({Seconds{-1}, new_year - 2h, new_year});
    Node& n = node();
    world.run_for(1h);
    watch(n);
    world.run_for(4h);
    CHECK(n.association("ntp1")->view.select == sync::Select::falseticker);
    world.run_for(1h + 30s);
    all_say(Leap::none);
    world.run_for(3h);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
    CHECK(n.association("ntp1")->view.select >= sync::Select::candidate);
}

TEST(LeapSecond, AnnouncedByOneServerOnlyIsNotBelieved)
{
    servers[1]->says_leap(Leap::insert);
    Node& n = node();
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.clock().steps());
    LONGS_EQUAL(0, n.log().count("leap second"));
    CHECK(silence < 2s);
}

TEST(LeapSecond, IsKnownFromTheFileWhenTheServersSayNothing)
{
    world.leaps(-1s);
    Node& n = node("leapfile /leap\n");
    world.run_for(1h);
    LONGS_EQUAL(37, *n.report().system.tai_offset);
    LONGS_EQUAL(37, *n.clock().status().tai_offset);
    CHECK(n.report().system.leap_second == new_year);
    CHECK(n.daemon().served().leap == Leap::insert);
    watch(n);
    world.run_for(6h);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
    LONGS_EQUAL(38, *n.report().system.tai_offset);
    LONGS_EQUAL(38, *n.clock().status().tai_offset);
}

TEST(LeapSecond, IsKnownFromTheFileToThoseWhoHaveNobodyToAsk)
{
    world.leaps(-1s);
    Node& n = world.node({.conf = "tos orphan 5 orphanwait 60\nleapfile /leap\n",
        .address = *parse_address("198.51.100.1"),
        .oscillator = {},
        .files = {{"/leap", table(38)}}});
    world.run_for(7h);
    CHECK(n.daemon().served().stratum == Stratum{5});
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
    CHECK(n.clock_error() == 0s);
}

TEST(LeapSecond, IsKnownWithinAnHourOfTheFileBeingRenewed)
{
    world.leaps(-1s);
    Node& n = node("leapfile /none\n");
    world.run_for(2h + 30min);
    CHECK(n.daemon().served().leap == Leap::none);
    n.files().content["/none"] = table(38);
    world.run_for(1h);
    CHECK(n.daemon().served().leap == Leap::insert);
    watch(n);
    world.run_for(4h);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
}

TEST(LeapSecond, IsKnownAtOnceWhenTheConfigurationIsReadAgain)
{
    Node& n = node("leapfile /none\n");
    world.run_for(30min);
    n.files().content["/none"] = table(38);
    n.reloads(std::string{four_servers} + "leapfile /none\n");
    CHECK(n.daemon().served().leap == Leap::insert);
    n.reloads(four_servers);
    CHECK(n.daemon().served().leap == Leap::none);
    CHECK(!n.report().system.tai_offset.has_value());
}

TEST(LeapSecond, IsLeftOutWhenTheFileSaysSo)
{
    world.leaps(1s);
    Node& n = node("leapfile /shorter\n");
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(36, *n.clock().status().tai_offset);
}

TEST(LeapSecond, IsNotBelievedAgainstTheFile)
{
    all_say(Leap::insert);
    Node& n = node("leapfile /none\n");
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.clock().steps());
    LONGS_EQUAL(0, n.log().count("was inserted"));
}

TEST(LeapSecond, IsBelievedWhenTheFileHasExpired)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    Node& n = node("leapfile /old\n");
    n.files().content["/old"] = "#@ 4000000000\n3692217600 37\n";
    n.reloads(std::string{four_servers} + "leapfile /old\n");
    LONGS_EQUAL(1, n.log().count("/old: expired on 2026-10-03"));
    pass_midnight(n);
    check_undisturbed(n);
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
    LONGS_EQUAL(1, n.log().count("/old: expired")); // a line a day
}

TEST(LeapSecond, IsNotMissedByARestartOnItsDay)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    Node& n = node();
    world.run_for(6h - 5min);
    n.stops().restarts();
    world.run_for(2min);
    CHECK(n.daemon().served().leap == Leap::insert);
    watch(n);
    world.run_for(10min);
    all_say(Leap::none);
    CHECK(worst < 5ms);
    LONGS_EQUAL(1, n.log().count("a leap second was inserted"));
    LONGS_EQUAL(0, n.log().count("somebody else"));
}

TEST(LeapSecond, IsSmearedForClientsThatAsk)
{
    world.leaps(-1s);
    all_say(Leap::insert);
    Node& n = node("leapfile /leap\nleapsmearinterval 7200\n");
    Node& client = world.node("server 198.51.100.1 iburst minpoll 4 maxpoll 4\n", usual);
    world.run_for(3h + 50min);
    CHECK(client.is_synchronized());
    CHECK(client.association("198.51.100.1")->leap == Leap::none);
    CHECK(abs(Seconds{client.clock_error()}) < 5ms);
    world.run_for(1h + 10min);
    DOUBLES_EQUAL(-0.5, Seconds{client.clock_error()}.count(), 0.010);
    const auto* server = client.association("198.51.100.1");
    LONGS_EQUAL(254, server->reference_id.value >> 24);
    CHECK(server->leap == Leap::none);
    CHECK(abs(Seconds{n.clock_error()}) < 2ms);
    DOUBLES_EQUAL(-0.5, n.report().system.smear->offset.count(), 1e-3);
    world.run_for(2h);
    CHECK(abs(Seconds{client.clock_error()}) < 5ms);
    CHECK(client.association("198.51.100.1")->reference_id != ReferenceId{});
    CHECK(client.association("198.51.100.1")->reference_id.value >> 24 != 254);
    LONGS_EQUAL(1, client.clock().steps());
    LONGS_EQUAL(0, client.log().count("leap"));
    DOUBLES_EQUAL(0, n.report().system.smear->offset.count(), 0);
}
