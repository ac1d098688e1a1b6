// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Who goes without an answer when not all can have one.

#include "serve/governor.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::serve;
using namespace std::chrono_literals;
using ntp::Verdict;

TEST_GROUP(Governor)
{
    Instant<Mono> now{1000s};
    Governor governor{0, now};
    bool is_full = true;

    // Batches each millisecond, the first datagram of which has waited so long.
    void pass(Nanoseconds span, Nanoseconds waited)
    {
        for (const auto end = now + span; now < end; now += 1ms)
            governor.look(waited, is_full, now);
    }
    unsigned answered(unsigned asked, bool is_known)
    {
        unsigned count = 0;
        for (unsigned i = 0; i < asked; ++i)
            count += !governor.judge(is_known, 0ns);
        return count;
    }
};

TEST(Governor, LetsEverybodyBeAnsweredWhenNobodyWaits)
{
    pass(10s, 100us);
    CHECK_FALSE(governor.judge(false, 100us));
    CHECK_FALSE(governor.is_pressed());
}

TEST(Governor, SendsNobodyAwayAfterAShortPause)
{
    pass(49ms, 5ms); // the worker lost its processor, and now it catches up
    CHECK_FALSE(governor.judge(false, 5ms));
    pass(1ms, 100us);
    pass(49ms, 5ms); // and again
    CHECK_FALSE(governor.judge(false, 5ms));
}

TEST(Governor, SendsNobodyAwayWhenFewWaitLong)
{
    is_full = false;
    pass(10s, 50ms); // somebody else needs the machine
    CHECK_FALSE(governor.is_pressed());
    CHECK_FALSE(governor.judge(false, 50ms));
}

TEST(Governor, SendsNewcomersAwayWhileTheQueueStaysLong)
{
    pass(60ms, 2ms);
    CHECK(governor.is_pressed());
    CHECK(governor.judge(false, 2ms) == Verdict::shed_newcomer);
    CHECK_FALSE(governor.judge(true, 2ms));
    // When it is short for a moment they are answered, but what was learned is kept for a while.
    pass(100ms, 500us);
    CHECK_FALSE(governor.judge(false, 500us));
    pass(1ms, 1ms);
    CHECK(governor.judge(false, 1ms) == Verdict::shed_newcomer);
    is_full = false; // one batch, and nobody behind it
    pass(1ms, 1ms);
    CHECK_FALSE(governor.judge(false, 1ms));
    pass(2s, 500us);
    CHECK_FALSE(governor.is_pressed());
}

TEST(Governor, AnswersNobodyWhoHasWaitedTooLongBeforeOthers)
{
    CHECK_FALSE(governor.judge(true, 50ms));
    pass(60ms, 200ms);
    CHECK(governor.judge(true, 200ms) == Verdict::shed_stale);
}

TEST(Governor, KeepsBelowTheCeiling)
{
    governor = Governor{1000, now};
    unsigned answers = 0;
    for (int i = 0; i < 1000; ++i) {
        pass(1ms, 0ns);
        answers += answered(5, true);
    }
    CHECK(answers >= 1000 && answers <= 1110); // a tenth of a second's worth may come at once
}

TEST(Governor, KeepsTheLastHalfOfTheCeilingForThoseItKnows)
{
    governor = Governor{1000, now};
    pass(1s, 0ns);
    const unsigned newcomers = answered(200, false);
    CHECK(newcomers >= 50 && newcomers <= 52);
    CHECK(governor.judge(false, 0ns) == Verdict::shed_ceiling);
    const unsigned known = answered(200, true);
    CHECK(known >= 48 && known <= 50);
    CHECK(governor.judge(true, 0ns) == Verdict::shed_ceiling);
}

TEST(Governor, BoundsTheKissesOfASecond)
{
    unsigned kisses = 0;
    for (int i = 0; i < 10; ++i) {
        for (int k = 0; k < 1000; ++k)
            kisses += governor.may_kiss();
        pass(1s, 0ns);
    }
    CHECK(kisses >= 2560 - 5 && kisses <= 2560 + 5);
}
