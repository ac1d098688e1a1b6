// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The life of a reference clock, with a driver that says what the test wants.

#include "sim/sim_devices.h"
#include "source/refclock_source.h"
#include "unit/source/bench.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::source;

namespace {

// What all drivers of a test have in common: they are made by the source.
struct Hand {
    const config::RefclockConfig* config = nullptr;
    refclock::DriverUser* user = nullptr;
    const refclock::Surroundings* world = nullptr;
    std::string missing; // why it cannot be opened
    bool is_silent = false;
    int made = 0, opened = 0, closed = 0;
    refclock::Reading reading{.offset = 3ms, .uncertainty = 1e-6s};
};
Hand* hand = nullptr;

class Puppet final : public refclock::Driver {
public:
    Result<void, std::string> open() override
    {
        ++hand->opened;
        if (!hand->missing.empty())
            return unexpected(hand->missing);
        return {};
    }
    void close() override { ++hand->closed; }
    void look() override
    {
        if (hand->is_silent)
            return;
        hand->reading.when = hand->world->clock.now();
        hand->user->said("T");
        hand->user->take(hand->reading);
    }
    std::string device() const override { return "/dev/puppet"; }
};

std::unique_ptr<refclock::Driver> make_puppet(const config::RefclockConfig& config,
    const refclock::Surroundings& world, refclock::DriverUser& user)
{
    ++hand->made;
    hand->config = &config;
    hand->world = &world;
    hand->user = &user;
    return std::make_unique<Puppet>();
}

const refclock::DriverTraits puppets{.name = "puppet", .reference_id = "PUP", .make = make_puppet};

} // namespace

TEST_GROUP(RefclockSource)
{
    Bench bench{-1s};
    Hand strings;
    sim::SimDevices devices{bench.timeline, bench.clock, sim::Chance{3}};
    config::SourceConfig config;
    std::unique_ptr<RefclockSource> clock;
    std::vector<std::string> records;

    void setup() override
    {
        hand = &strings;
        bench.common.edges.devices = &devices;
        bench.common.sink.timecode = [this](const std::string& name, const std::string& text) {
            records.push_back(name + " " + text);
        };
        config.type = config::SourceType::refclock;
        config.host = "PUPPET(0)";
        config.refclock = config::RefclockConfig{.driver = "puppet"};
        config.minpoll = config.maxpoll = Poll{4};
    }
    void teardown() override
    {
        clock.reset();
        hand = nullptr;
    }
    void begins()
    {
        clock = std::make_unique<RefclockSource>(bench.common, AssociationId{7}, config, puppets);
        clock->start(0s);
    }
};

TEST(RefclockSource, GivesItsFirstSamplesSoon)
{
    begins();
    bench.run_for(2500ms);
    LONGS_EQUAL(1, bench.samples.size());
    bench.run_for(12s);
    LONGS_EQUAL(3, bench.samples.size()); // after 2, 4 and 8
    bench.run_for(160s);
    LONGS_EQUAL(23, bench.samples.size()); // and then by eights
    const sync::Sample& s = bench.samples.back().sample;
    LONGS_EQUAL(3'000'000, s.offset.count());
    LONGS_EQUAL(0, s.stratum.value);
    CHECK(s.reference_id == ReferenceId::letters("PUP"));
    LONGS_EQUAL(0xff, bench.reach);
}

TEST(RefclockSource, TriesLessAndLessOftenAndSaysSoOnce)
{
    hand->missing = "/dev/puppet: no such file";
    begins();
    bench.run_for(1h);
    CHECK(hand->opened > 55 && hand->opened < 65); // once in 64 s, in the end
    LONGS_EQUAL(1, bench.count(PeerEvent::clock_event));
    CHECK(bench.said("PUPPET(0): /dev/puppet: no such file; it is tried again"));
    LONGS_EQUAL(0, clock->report().clock->no_reply); // it was not there to be asked
    hand->missing.clear();
    bench.run_for(70s);
    CHECK(bench.said("PUPPET(0): /dev/puppet is there again after 36"));
    CHECK(bench.said(PeerEvent::reachable));
}

// As a connection that is refused after it was begun.
TEST(RefclockSource, SaysOnceThatWhatCanBeOpenedIsLostEachTime)
{
    hand->is_silent = true;
    begins();
    for (int i = 0; i < 6000; ++i) {
        bench.run_for(100ms);
        if (hand->opened > hand->closed)
            hand->user->lost("/dev/puppet: connection refused");
    }
    CHECK(hand->opened > 10);
    LONGS_EQUAL(1, bench.count(PeerEvent::clock_event));
    hand->is_silent = false;
    bench.run_for(70s);
    CHECK(bench.said("is there again after"));
}

TEST(RefclockSource, OpensAgainWhatWasLost)
{
    begins();
    bench.run_for(10s);
    hand->missing = "/dev/puppet: gone";
    hand->user->lost("/dev/puppet: input/output error");
    bench.run_for(10s);
    LONGS_EQUAL(1, hand->closed);
    CHECK(bench.said("input/output error"));
    CHECK(bench.said("/dev/puppet: gone"));
    hand->missing.clear();
    bench.run_for(10s);
    CHECK(bench.said("is there again after"));
    const auto before = clock->report().received;
    bench.run_for(10s);
    CHECK(clock->report().received > before);
}

TEST(RefclockSource, IsUnreachableAfterEightSilentPolls)
{
    begins();
    bench.run_for(60s);
    hand->is_silent = true;
    bench.run_for(10min);
    LONGS_EQUAL(0, bench.reach);
    LONGS_EQUAL(1, bench.count(PeerEvent::unreachable));
    CHECK(bench.said("PUPPET(0): says nothing any more"));
    CHECK(clock->report().clock->no_reply > 30);
    hand->is_silent = false;
    bench.run_for(20s);
    CHECK(bench.said("PUPPET(0): tells the time again"));
}

TEST(RefclockSource, IsFudgedWhileItRuns)
{
    config.refclock->time1 = 1s;
    begins();
    bench.run_for(60s);
    LONGS_EQUAL(1'003'000'000, bench.samples.back().sample.offset.count());
    config.refclock->time1 = 2s;
    config.refclock->stratum = Stratum{3};
    config.refclock->reference_id = "GPS";
    config.bias = 1ms;
    clock->change(config);
    bench.run_for(60s);
    LONGS_EQUAL(1, hand->opened);
    const sync::Sample& s = bench.samples.back().sample;
    LONGS_EQUAL(2'004'000'000, s.offset.count());
    LONGS_EQUAL(3, s.stratum.value);
    CHECK(bench.traits.back().reference_id == ReferenceId::letters("GPS"));
    DOUBLES_EQUAL(2, hand->config->time1.count(), 0); // the driver sees it too
    config.refclock->path = "/dev/other";
    clock->change(config);
    bench.run_for(1s);
    LONGS_EQUAL(2, hand->made);
    LONGS_EQUAL(2, hand->opened);
}

TEST(RefclockSource, FaultsAreCountedAndToldOnce)
{
    begins();
    bench.run_for(10s);
    for (int i = 0; i < 100; ++i) {
        hand->user->complain(refclock::Fault::bad_format, "a sentence was cut short");
        bench.run_for(1s);
    }
    LONGS_EQUAL(1, bench.count(PeerEvent::clock_event));
    LONGS_EQUAL(100, clock->report().clock->bad_format);
    LONGS_EQUAL(2, clock->report().clock->event_code);
    bench.run_for(20min);
    hand->user->complain(refclock::Fault::bad_format, "a sentence was cut short");
    LONGS_EQUAL(2, bench.count(PeerEvent::clock_event));
}

TEST(RefclockSource, WhatDoesNotWaitGoesStraightThrough)
{
    hand->reading.waits = false;
    begins();
    bench.run_for(10500ms);
    LONGS_EQUAL(10, bench.samples.size());
}

TEST(RefclockSource, WhatIsSaidIsRecordedOnceAPollWithFlag4)
{
    begins();
    bench.run_for(100s);
    LONGS_EQUAL(0, records.size());
    STRCMP_EQUAL("T", clock->report().clock->timecode.c_str());
    config.refclock->flag4 = true;
    clock->change(config);
    bench.run_for(160s);
    LONGS_EQUAL(10, records.size());
    STRCMP_EQUAL("PUPPET(0) T", records.front().c_str());
}

TEST(RefclockSource, GoesOnUnderItsNumberInAnotherDaemon)
{
    begins();
    bench.run_for(60s);
    const auto id = clock->id();
    const std::string memo = clock->written_down();
    const auto polls = clock->report().sent;
    RefclockSource next{bench.common, AssociationId{7}, config, puppets};
    CHECK(next.recall(memo));
    CHECK(next.id() == id);
    LONGS_EQUAL(polls, next.report().sent);
    LONGS_EQUAL(clock->report().reach, next.report().reach);
    bench.run_for(20s);
    CHECK(next.report().sent > polls);
    RefclockSource wrong{bench.common, AssociationId{8}, config, puppets};
    CHECK_FALSE(wrong.recall(memo.substr(0, memo.size() / 2)));
}
