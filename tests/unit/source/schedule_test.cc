// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// When to ask, from the schedule's point of view: no timers, no packets.

#include "source/schedule.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::source;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Mono> start{1000s};
constexpr Standing fit{true, false};
constexpr Standing unknown{};

} // namespace

TEST_GROUP(Schedule)
{
    Habits habits;
    Schedule s;
    Instant<Mono> now = start;

    // Asks when it is time; gives the seconds waited.
    double ask(const Standing& standing = unknown)
    {
        const auto before = now;
        now = next(s, habits, 0);
        s = asked(s, habits, standing, now);
        return Seconds{now - before}.count();
    }
    void begin(const Standing& standing = unknown)
    {
        s = asked(s, habits, standing, now);
    }
};

TEST(Schedule, SpreadsPollsByASixteenth)
{
    begin();
    CHECK(next(s, habits, 0) == now + 64s);
    CHECK(next(s, habits, 0.999999) <= now + 68s);
    CHECK(next(s, habits, 0.5) == now + 66s);
}

TEST(Schedule, AsksInHasteAsOftenAsABurstWould)
{
    habits.iburst = true;
    begin();
    s = answered(s);
    while (is_within_burst(s)) {
        ask();
        s = answered(s);
    }
    const auto reach = s.reach;
    for (int i = 0; i < haste_packets; ++i) {
        s = wanted(s, habits, Poll{10}, Seconds{8});
        DOUBLES_EQUAL(8, ask(), 0);
        s = answered(s);
        LONGS_EQUAL(reach, s.reach); // still the same poll
    }
    s = wanted(s, habits, Poll{10}, Seconds{8});
    DOUBLES_EQUAL(1024, ask(), 0); // which earns another
    s = wanted(answered(s), habits, Poll{10}, Seconds{0});
    DOUBLES_EQUAL(2, ask(), 0);
}

TEST(Schedule, HasNoHasteWithoutIburst)
{
    begin();
    s = wanted(answered(s), habits, Poll{6}, Seconds{2});
    DOUBLES_EQUAL(64, ask(), 0);
}

TEST(Schedule, HasNoHasteWhenItWasAskedToSlowDown)
{
    habits.iburst = true;
    begin();
    s = given_up(answered(s));
    s = kissed(s, habits, Poll{6}, now);
    s = wanted(s, habits, Poll{6}, Seconds{2});
    CHECK(ask() >= 64);
}

TEST(Schedule, BeginsWithABurstAgainWhenNothingCountsAnyMore)
{
    habits.iburst = true;
    begin();
    s = answered(s);
    for (int i = 1; i < iburst_packets; ++i) {
        ask();
        s = answered(s);
    }
    s.poll = habits.maxpoll;
    DOUBLES_EQUAL(1024, ask(), 0);
    s = forgotten(answered(s), habits);
    begin();
    s = answered(s);
    DOUBLES_EQUAL(2, ask(), 0);
}

TEST(Schedule, SendsTheRestOfAnInitialBurstOnlyToAServerThatAnswers)
{
    habits.iburst = true;
    begin();
    DOUBLES_EQUAL(64, ask(), 0); // silence: one packet at a time
    s = answered(s);
    for (int i = 1; i < iburst_packets; ++i) {
        DOUBLES_EQUAL(2, ask(), 0);
        s = answered(s);
    }
    DOUBLES_EQUAL(64, ask(), 0);
    DOUBLES_EQUAL(64, ask(), 0); // reachable: no more bursts
    LONGS_EQUAL(0b100, s.reach);
}

TEST(Schedule, BurstsMoreTheLessOftenItPolls)
{
    habits.burst = true;
    s.reach = 1;
    for (const int doublings : {0, 1, 2, 3, 4}) {
        s.poll = Poll{static_cast<std::int8_t>(6 + doublings)};
        begin(fit);
        LONGS_EQUAL(doublings < 3 ? (1 << doublings) - 1 : 7, s.burst_left);
        s = answered(given_up(s));
    }
    begin(unknown);
    LONGS_EQUAL(0, s.burst_left);
}

TEST(Schedule, ShiftsReachAtEachPollAndCountsSilence)
{
    begin();
    s = answered(s);
    LONGS_EQUAL(1, s.reach);
    for (int i = 0; i < 8; ++i)
        ask();
    LONGS_EQUAL(0, s.reach);
    LONGS_EQUAL(8, s.unreach);
}

TEST(Schedule, AsksASilentServerLessAndLessOftenUpToMaxpoll)
{
    begin();
    for (std::uint32_t i = 1; i < patience; ++i)
        DOUBLES_EQUAL(64, ask(), 0);
    DOUBLES_EQUAL(64, ask(), 0);
    DOUBLES_EQUAL(128, ask(), 0);
    DOUBLES_EQUAL(256, ask(), 0);
    for (int i = 0; i < 50; ++i)
        ask();
    DOUBLES_EQUAL(1024, ask(), 0);
    s = answered(s);
    DOUBLES_EQUAL(64, ask(), 0);
}

TEST(Schedule, StopsABurstAtAKissAndStaysQuietForEightPolls)
{
    habits.iburst = true;
    begin();
    s = answered(s);
    ask();
    s = kissed(s, habits, Poll{3}, now);
    DOUBLES_EQUAL(64, ask(), 0); // the burst was the haste
    s.reach = 0;
    DOUBLES_EQUAL(64, ask(), 0);
    LONGS_EQUAL(0, s.burst_left);
    CHECK(s.quiet_until == start + 2s + 9 * 64s);
}

TEST(Schedule, DoublesTheIntervalAtEachKissOutsideABurst)
{
    begin();
    s = kissed(s, habits, Poll{0}, now);
    DOUBLES_EQUAL(128, ask(), 0);
    s = kissed(s, habits, Poll{9}, now);
    DOUBLES_EQUAL(512, ask(), 0);
    s = kissed(s, habits, Poll{17}, now);
    DOUBLES_EQUAL(1024, ask(), 0); // no kiss silences us for longer
    s = kissed(s, habits, Poll{0}, now);
    DOUBLES_EQUAL(1024, ask(), 0);
}

TEST(Schedule, AsksAServerThatDeniesServiceAtMaxpoll)
{
    habits.iburst = true;
    begin();
    s = denied(s);
    DOUBLES_EQUAL(1024, ask(), 0);
    DOUBLES_EQUAL(1024, ask(), 0);
    s = answered(s);
    DOUBLES_EQUAL(64, ask(), 0);
}

TEST(Schedule, StaysWithinMinpollAndMaxpoll)
{
    habits.minpoll = Poll{4};
    habits.maxpoll = Poll{8};
    s.poll = Poll{3};
    begin();
    DOUBLES_EQUAL(16, ask(), 0);
    s.poll = Poll{12};
    DOUBLES_EQUAL(256, ask(), 0);
}

TEST(Schedule, NeverSendsTwoPacketsWithinTheGuardTime)
{
    habits.minpoll = Poll{0};
    s.poll = Poll{0};
    begin();
    DOUBLES_EQUAL(2, ask(), 0);
}
