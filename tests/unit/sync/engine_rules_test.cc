// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What the engine says and does beside keeping time: states, orphans, panic, serving without
// steering, poll intervals, reasons.

#include "unit/sync/little_world.h"

#include <algorithm>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;

TEST_GROUP(EngineRules)
{
    Policy policy;

    LittleWorld world(
        int servers, Instant<Utc> start = Instant<Utc>{std::chrono::seconds{1'700'000'000}})
    {
        LittleWorld w{1, policy, start};
        w.oscillator_error = Frequency::ppm(20);
        for (int i = 0; i < servers; ++i)
            w.add({});
        return w;
    }
};

TEST(EngineRules, ClaimsNothingAtFirst)
{
    LittleWorld w = world(1);
    w.run_for(Seconds{1});
    const SystemState& s = w.last().system;
    CHECK(s.leap == Leap::unsynchronized);
    CHECK(s.stratum == Stratum::unsynchronized);
    CHECK(s.reference_id == ReferenceId::letters("INIT"));
    CHECK(s.state == ClockState::nset);
    CHECK(!s.peer.has_value());
    CHECK(w.has_seen(EventKind::freq_not_set));
}

TEST(EngineRules, GoesThroughTheStatesThatOperatorsKnow)
{
    LittleWorld w = world(4);
    w.run_for(Seconds{30});
    CHECK(w.last().system.state == ClockState::freq);
    CHECK(w.has_seen(EventKind::freq_mode));
    CHECK(!w.has_seen(EventKind::clock_sync));
    w.run_for(Seconds{600});
    CHECK(w.last().system.state == ClockState::sync);
    CHECK(w.has_seen(EventKind::clock_sync));
}

TEST(EngineRules, BelievesATableOfLeapSecondsBeforeItsSources)
{
    LittleWorld w = world(0, Instant<Utc>{std::chrono::seconds{1'798'740'000}}); // 2026-12-31
    LittleServer server;
    server.leap = Leap::insert;
    w.add(server);
    const auto shown = [&](std::optional<Leap> by_table) {
        w.engine().expect_leap(by_table);
        w.run_for(Seconds{2});
        return w.last().system.leap;
    };
    w.run_for(Seconds{60});
    CHECK(w.last().system.leap == Leap::insert);
    CHECK(shown(Leap::none) == Leap::none);
    CHECK(w.has_seen(EventKind::leap_disarmed));
    CHECK(shown(Leap::remove) == Leap::remove);
    CHECK(shown(std::nullopt) == Leap::insert);
}

TEST(EngineRules, ShowsThePeerItFollows)
{
    LittleWorld w{1, policy};
    LittleServer server;
    server.stratum = Stratum{2};
    server.root_delay = Seconds{0.004};
    server.root_dispersion = Seconds{0.003};
    w.add(server);
    w.run_for(Seconds{30});
    const SystemState& s = w.last().system;
    CHECK(s.leap == Leap::none);
    LONGS_EQUAL(3, s.stratum.value);
    CHECK(s.peer == SourceId{1});
    CHECK(s.reference_id == ReferenceId{0x0a000001});
    CHECK(s.root_delay > Seconds{0.024});
    CHECK(s.root_delay < Seconds{0.030});
    CHECK(s.root_dispersion > Seconds{0.003});
    CHECK(s.root_dispersion < Seconds{0.050});
    CHECK(s.reference_time.time_since_epoch() > Nanoseconds{0});
    CHECK(s.system_jitter > Seconds{0});
    CHECK(w.has_seen(EventKind::sys_peer));
    CHECK(w.last().sources[0].select == Select::system_peer);
    CHECK(w.last().sources[0].has_estimate);
    DOUBLES_EQUAL(0.021, w.last().sources[0].delay.count(), 0.003);
}

TEST(EngineRules, SaysNothingFalseBetweenAStepAndTheNextReading)
{
    policy.may_panic_once = true;
    LittleWorld w = world(4);
    w.set_clock(Seconds{-12});
    bool was_claimed = false;
    w.on_event = [&] {
        if (w.last().steering.action == Steering::Action::step) {
            was_claimed = was_claimed || w.last().system.leap != Leap::unsynchronized;
            CHECK(w.last().system.reference_id == ReferenceId::letters("STEP"));
        }
    };
    w.run_for(Seconds{30});
    CHECK(w.has_done(Steering::Action::step));
    CHECK(!was_claimed);
    CHECK(w.last().system.leap == Leap::none);
}

// A reference time in the future makes clients reject us: it is told as the clock shows it after
// the step.
TEST(EngineRules, TellsTheReferenceTimeAsTheSteppedClockShowsIt)
{
    LittleWorld w = world(4);
    w.set_clock(Seconds{100});
    bool was_in_the_future = false;
    w.on_event = [&] {
        const SystemState& s = w.last().system;
        was_in_the_future
            = was_in_the_future || (s.leap != Leap::unsynchronized && s.reference_time > s.as_of);
    };
    w.run_for(Seconds{60});
    CHECK(w.has_done(Steering::Action::step));
    CHECK(w.last().system.leap == Leap::none);
    CHECK(!was_in_the_future);
}

TEST(EngineRules, ShowsTheFrequencyOfTheDriftFileFromTheStart)
{
    policy.initial_frequency = Frequency::ppm(-20);
    LittleWorld w = world(0);
    w.run_for(Seconds{10});
    DOUBLES_EQUAL(-20, w.last().system.frequency.ppm(), 1e-9);
    CHECK(w.has_seen(EventKind::freq_set));
    CHECK(w.last().system.state == ClockState::fset);
}

TEST(EngineRules, PanicsUnlessItMayOnce)
{
    LittleWorld w = world(4);
    w.set_clock(Seconds{5000});
    w.run_for(Seconds{30});
    CHECK(w.has_done(Steering::Action::panic));
    CHECK(!w.has_done(Steering::Action::step));
    CHECK(w.has_seen(EventKind::panic_stop));
    CHECK(w.last().system.leap == Leap::unsynchronized);

    policy.may_panic_once = true;
    LittleWorld allowed = world(4);
    allowed.set_clock(Seconds{5000});
    allowed.run_for(Seconds{30});
    CHECK(!allowed.has_done(Steering::Action::panic));
    CHECK(abs(allowed.clock_error()) < Seconds{0.005});
}

TEST(EngineRules, StepsAtTheStartWhenAskedTo)
{
    policy.steps_at_start = true;
    LittleWorld w = world(4);
    w.set_clock(Seconds{0.01});
    w.run_for(Seconds{30});
    LONGS_EQUAL(1, std::count(w.actions.begin(), w.actions.end(), Steering::Action::step));
    CHECK(abs(w.clock_error()) < Seconds{0.003});
}

TEST(EngineRules, ServesWhatItMeasuresWhenItMayNotSteer)
{
    policy.steers = false;
    LittleWorld w = world(4);
    w.set_clock(Seconds{7});
    w.run_for(Seconds{7200});
    CHECK(w.actions.empty());
    CHECK(w.last().system.leap == Leap::none);
    // The clock itself runs away; what is served does not.
    CHECK(w.last().system.served_offset < Seconds{-7.1});
    DOUBLES_EQUAL(-20, w.last().system.served_rate.ppm(), 1);
    CHECK(abs(w.clock_error()) < Seconds{0.003});
    CHECK(w.last().system.root_dispersion < Seconds{0.050});
    LONGS_EQUAL(0, w.violations());
}

TEST(EngineRules, BecomesAnOrphanAfterAWhileAndAServerAgain)
{
    policy.orphan = Stratum{6};
    policy.orphanwait = Seconds{60};
    LittleWorld w = world(0);
    w.run_for(Seconds{59});
    CHECK(!w.last().system.is_orphan);
    CHECK(w.last().system.leap == Leap::unsynchronized);
    w.run_for(Seconds{3});
    const SystemState& s = w.last().system;
    CHECK(s.is_orphan);
    CHECK(s.leap == Leap::none);
    CHECK(s.stratum == policy.orphan);
    CHECK(s.reference_id == policy.orphan_id);
    CHECK(s.root_delay == Seconds{0});
    CHECK(s.root_dispersion <= policy.mindist);

    for (int i = 0; i < 4; ++i)
        w.add({});
    w.run_for(Seconds{60});
    CHECK(!w.last().system.is_orphan);
    LONGS_EQUAL(2, w.last().system.stratum.value);
}

TEST(EngineRules, StaysUnsynchronizedForeverWithoutOrphanMode)
{
    LittleWorld w = world(0);
    w.run_for(Seconds{4000});
    CHECK(w.last().system.leap == Leap::unsynchronized);
    CHECK(!w.last().system.is_orphan);
}

TEST(EngineRules, StartsAnewWhenItsSamplesAreForgotten)
{
    LittleWorld w = world(4);
    w.run_for(Seconds{4 * 3600});
    const Frequency known = w.last().system.frequency;
    w.move_clock(Seconds{-3});
    w.run_for(Seconds{2});
    CHECK(w.last().system.leap == Leap::unsynchronized);
    CHECK(w.last().system.reference_id == ReferenceId::letters("STEP"));
    DOUBLES_EQUAL(known.ppm(), w.last().system.frequency.ppm(), 1e-9);
    w.run_for(Seconds{600});
    CHECK(w.last().system.leap == Leap::none);
    CHECK(abs(w.clock_error()) < Seconds{0.003});
    DOUBLES_EQUAL(known.ppm(), w.last().system.frequency.ppm(), 1);
}

TEST(EngineRules, AnnouncesALeapSecondOnItsDay)
{
    // 2016-12-30 12:00:00
    LittleWorld w = world(3, Instant<Utc>{std::chrono::seconds{1'483'099'200}});
    for (std::size_t i = 0; i < 3; ++i)
        w.server(i).leap = Leap::insert;
    w.run_for(Seconds{12 * 3600 - 60});
    CHECK(w.last().system.leap == Leap::none);
    CHECK(!w.has_seen(EventKind::leap_armed));
    w.run_for(Seconds{120});
    CHECK(w.last().system.leap == Leap::insert);
    CHECK(w.has_seen(EventKind::leap_armed));
    for (std::size_t i = 0; i < 3; ++i)
        w.server(i).leap = Leap::none;
    w.run_for(Seconds{7200});
    CHECK(w.last().system.leap == Leap::none);
    CHECK(w.has_seen(EventKind::leap_disarmed));
}

TEST(EngineRules, AsksLessOftenTheBetterItKnows)
{
    LittleWorld w = world(4);
    w.run_for(Seconds{60});
    for (const NextPoll& p : w.last().polls)
        CHECK(p.poll == Poll{6});
    w.run_for(Seconds{6 * 3600});
    CHECK(w.last().system.time_constant == Poll{10});
    for (const NextPoll& p : w.last().polls)
        CHECK(p.poll == Poll{10});

    w.oscillator_error = w.oscillator_error + Frequency::ppm(20);
    Poll least{10};
    w.on_event = [&] {
        for (const NextPoll& p : w.last().polls)
            least = std::min(least, p.poll);
    };
    w.run_for(Seconds{3600});
    CHECK(least == Poll{6});
}

TEST(EngineRules, AsksAnOnlySourceTwiceAsOften)
{
    LittleWorld w = world(1);
    w.run_for(Seconds{12 * 3600});
    CHECK(w.last().system.time_constant == Poll{9});
    for (int i = 0; i < 2; ++i)
        w.add({});
    w.run_for(Seconds{12 * 3600});
    CHECK(w.last().system.time_constant == Poll{10});
}

TEST(EngineRules, KeepsWithinEachSourcesPollLimits)
{
    LittleWorld w{1, policy};
    LittleServer often, seldom;
    often.traits.minpoll = often.traits.maxpoll = Poll{4};
    seldom.traits.minpoll = Poll{8};
    seldom.traits.maxpoll = Poll{9};
    w.add(often);
    w.add(seldom);
    w.run_for(Seconds{6 * 3600});
    CHECK(w.last().polls[0].poll == Poll{4});
    CHECK(w.last().polls[1].poll >= Poll{8});
    CHECK(w.last().polls[1].poll <= Poll{9});
}

TEST(EngineRules, FollowsAnotherWhenThePeerGoes)
{
    LittleWorld w = world(2);
    w.run_for(Seconds{600});
    const SourceId peer = *w.last().system.peer;
    w.server(peer.value - 1).is_dead = true;
    w.run_for(Seconds{8 * 1100});
    CHECK(w.last().system.peer.has_value());
    CHECK(w.last().system.peer != peer);
    CHECK(w.last().sources[peer.value - 1].select == Select::reject);
    LONGS_EQUAL(peer_unreachable, w.last().sources[peer.value - 1].flash);
    LONGS_EQUAL(0, w.violations());
}

TEST(EngineRules, ShowsTheFilterNewestFirst)
{
    LittleWorld w = world(1);
    w.run_for(Seconds{30});
    const ClockReading now{
        Instant<FreeRun>{w.last().system.as_of.time_since_epoch()}, w.last().system.as_of, {}};
    const auto stages = w.engine().filter({1}, now);
    CHECK(stages.size() >= 4);
    for (std::size_t i = 1; i < stages.size(); ++i)
        CHECK(stages[i].dispersion > stages[i - 1].dispersion);
    CHECK(w.engine().filter({99}, now).empty());
}

TEST(EngineRules, GivesAReasonForEverySource)
{
    LittleWorld w = world(3);
    LittleServer liar, loner, silent;
    liar.lie = Seconds{0.5};
    loner.traits.is_noselect = true;
    silent.is_dead = true;
    w.add(liar);
    w.add(loner);
    w.add(silent);
    w.run_for(Seconds{300});
    const char* expected[] = {"", "", "", "falseticker", "noselect", "not answered"};
    for (std::size_t i = 0; i < 6; ++i) {
        const SourceView& v = w.last().sources[i];
        LONGS_EQUAL(i + 1, v.id.value);
        CHECK(!v.why.empty());
        CHECK(v.why.find(expected[i]) != std::string::npos);
    }
}
