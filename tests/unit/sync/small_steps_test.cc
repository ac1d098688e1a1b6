// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The small steps: leap votes, the time constant, what delays tell, the error bound.

#include "sync/error_bound.h"
#include "sync/leap_vote.h"
#include "sync/path_delay.h"
#include "sync/time_constant.h"

#include <vector>

#include <random>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

TEST_GROUP(LeapVote){};

TEST(LeapVote, WantsMoreThanHalfOfTheSurvivors)
{
    using V = std::vector<LeapVoter>;
    CHECK(leap_vote(V{}) == Leap::none);
    CHECK(leap_vote(V{{Leap::insert}}) == Leap::insert);
    CHECK(leap_vote(V{{Leap::insert}, {Leap::none}}) == Leap::none);
    CHECK(leap_vote(V{{Leap::remove}, {Leap::none}, {Leap::remove}}) == Leap::remove);
    CHECK(leap_vote(V{{Leap::insert}, {Leap::remove}, {Leap::none}}) == Leap::none);
}

TEST(LeapVote, BelievesOneReferenceClock)
{
    const std::vector<LeapVoter> voters{{Leap::none}, {Leap::none}, {Leap::insert, true}};
    CHECK(leap_vote(voters) == Leap::insert);
}

TEST(LeapVote, IsRepeatedOnTheLastDayOfTheMonthOnly)
{
    CHECK(is_last_day_of_month(Instant<Utc>{1'483'142'400s})); // 2016-12-31 00:00:00
    CHECK(is_last_day_of_month(Instant<Utc>{1'483'228'799s})); // 23:59:59
    CHECK(!is_last_day_of_month(Instant<Utc>{1'483'228'800s})); // 2017-01-01
    CHECK(!is_last_day_of_month(Instant<Utc>{1'483'142'399s}));
    CHECK(is_last_day_of_month(Instant<Utc>{1'709'164'800s})); // 2024-02-29
    CHECK(!is_last_day_of_month(Instant<Utc>{1'709'078'400s})); // 2024-02-28 of a leap year
}

TEST_GROUP(TimeConstant){};

TEST(TimeConstant, CreepsUpWhileAllIsAsExpected)
{
    TimeConstant t{Poll{6}, 0};
    for (int i = 0; i < 5; ++i)
        t = adapt(t, true, true, Poll{6}, Poll{10});
    CHECK(t.poll == Poll{6});
    t = adapt(t, true, true, Poll{6}, Poll{10});
    CHECK(t.poll == Poll{7});
    for (int i = 0; i < 100; ++i)
        t = adapt(t, true, true, Poll{6}, Poll{10});
    CHECK(t.poll == Poll{10});
}

TEST(TimeConstant, FallsTwiceAsFastWhenItIsNot)
{
    TimeConstant t{Poll{10}, 0};
    t = adapt(t, false, true, Poll{6}, Poll{10});
    CHECK(t.poll == Poll{10});
    t = adapt(t, false, true, Poll{6}, Poll{10});
    CHECK(t.poll == Poll{9});
    for (int i = 0; i < 100; ++i)
        t = adapt(t, false, true, Poll{6}, Poll{10});
    CHECK(t.poll == Poll{6});
}

TEST(TimeConstant, StaysWhenTheClockIsNotKnownWellEnough)
{
    TimeConstant t{Poll{6}, 0};
    for (int i = 0; i < 100; ++i)
        t = adapt(t, true, false, Poll{6}, Poll{10});
    CHECK(t.poll == Poll{6});
    // It may go at once when it is.
    CHECK(adapt(t, true, true, Poll{6}, Poll{10}).poll == Poll{7});
}

TEST(TimeConstant, KeepsWithinTheLimits)
{
    CHECK(adapt({Poll{12}, 0}, true, true, Poll{4}, Poll{6}).poll == Poll{6});
    CHECK(adapt({Poll{3}, 0}, true, true, Poll{4}, Poll{6}).poll == Poll{4});
}

TEST_GROUP(PathDelay){};

TEST(PathDelay, TrustsAQuickReadingMoreThanASlowOne)
{
    PathDelay path;
    for (int i = 0; i < 32; ++i)
        path = push(path, Seconds{0.020 + 0.0001 * i});
    const Seconds quick = offset_noise(path, 20ms, 1us);
    const Seconds slow = offset_noise(path, 30ms, 1us);
    CHECK(quick < Seconds{0.0005});
    // 10 ms in a queue, spread evenly: 10 / sqrt(12).
    DOUBLES_EQUAL(0.0029, slow.count(), 0.0003);
}

TEST(PathDelay, DoesNotTrustTheFirstReadingsMuch)
{
    PathDelay path = push({}, 20ms);
    const Seconds first = offset_noise(path, 20ms, 1us);
    for (int i = 0; i < 10; ++i)
        path = push(path, 20ms);
    CHECK(first > 10 * offset_noise(path, 20ms, 1us));
    CHECK(offset_noise({}, 20ms, 1us) > Seconds{0.0005});
}

TEST(PathDelay, ForgetsAnOldRoute)
{
    PathDelay path = push({}, 5ms);
    for (std::size_t i = 0; i < PathDelay::memory; ++i)
        path = push(path, Seconds{0.005 + 0.0001 * static_cast<double>(i % 10)});
    LONGS_EQUAL(PathDelay::memory, path.trips.size());
    std::size_t slow = 0;
    for (; !path.new_route && slow < PathDelay::memory; ++slow)
        path = push(path, Seconds{0.020 + 0.0001 * static_cast<double>(slow % 10)});
    LONGS_EQUAL(PathDelay::convincing, slow);
    LONGS_EQUAL(PathDelay::convincing, path.trips.size());
    CHECK(offset_noise(path, 20ms, 1us) < Seconds{0.0001});
    path = push(path, 20ms);
    CHECK_FALSE(path.new_route.has_value()); // told once
}

// Delays that lie evenly about their mean have no edge: each reading counts alike.
TEST(PathDelay, SeesWhereThereIsNoEdge)
{
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    std::exponential_distribution<double> exponential;
    std::uniform_real_distribution<double> uniform;
    PathDelay even, uneven, bounded;
    for (int i = 0; i < 400; ++i) {
        even = push(even, Seconds{0.040 + 0.001 * (normal(random) + normal(random))});
        uneven = push(uneven, Seconds{0.040 + 0.001 * (exponential(random) + exponential(random))});
        bounded = push(bounded, Seconds{0.040 + 0.002 * (uniform(random) + uniform(random))});
    }
    CHECK(even.has_no_edge);
    CHECK_FALSE(bounded.has_no_edge); // sharp ones
    CHECK_FALSE(uneven.has_no_edge);
    const Seconds quick = offset_noise(even, 38ms, 1us);
    DOUBLES_EQUAL(0.0007, quick.count(), 0.0001); // half the deviation of the delays
    CHECK(offset_noise(even, 41ms, 1us) == quick);
    CHECK(offset_noise(even, 90ms, 1us) > Seconds{0.01});
}

// A reference clock has no delay; how noisy it is shows in its surprises, of which a few wild ones
// do not count.
TEST(PathDelay, LearnsTheNoiseOfADevice)
{
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    PathDelay path;
    for (int i = 0; i < 300; ++i) {
        path = push(path, 0ms);
        path.trips.back().surprise = Seconds{i % 50 == 7 ? 1e-3 : 1e-6 * normal(random)};
    }
    CHECK(path.usual_surprise.has_value());
    DOUBLES_EQUAL(1e-6, path.usual_surprise->count(), 0.2e-6);
}

TEST(PathDelay, TellsAQuietWayFromALoudOne)
{
    std::mt19937_64 random{1};
    std::exponential_distribution<double> exponential;
    PathDelay path;
    for (int i = 0; i < 400; ++i) {
        const double there = 0.010 * exponential(random), back = 0.0001 * exponential(random);
        path = push(path, Seconds{0.040 + there + back});
        path.trips.back().surprise = Seconds{(there - back) / 2};
    }
    const Queueing q = queueing(path, 50ms, 1us);
    CHECK(q.wait_there > 20 * q.wait_back);
}

TEST(PathDelay, TakesUpWhatAnEarlierRunKnew)
{
    PathDelay same = remembered(20ms, 1ms), other = same;
    DOUBLES_EQUAL(0.001, same.wait.count(), 0.0002);
    for (int i = 0; i < 6; ++i) {
        same = push(same, 21ms);
        other = push(other, 90ms);
    }
    CHECK(same.least == Seconds{20ms});
    CHECK(other.least == Seconds{90ms}); // another path by now
}

TEST(PathDelay, WaitsForTheEndOfARushHour)
{
    PathDelay path;
    for (int i = 0; i < 1000; ++i)
        path = push(path, i % 100 < 40 ? Seconds{70ms} : Seconds{20ms});
    CHECK(path.least == Seconds{20ms});
}

TEST_GROUP(ErrorBound){};

TEST(ErrorBound, IsCarriedAlongAndGrows)
{
    const Instant<FreeRun> then{100s};
    const ErrorBound bound{{-1ms, 3ms}, then};
    const ErrorBound later = carried(bound, then + 1000s, {Frequency::ppm(50), Frequency::ppm(15)});
    DOUBLES_EQUAL(-0.001 + 0.050 - 0.015, later.truth.lower.count(), 1e-12);
    DOUBLES_EQUAL(0.003 + 0.050 + 0.015, later.truth.upper.count(), 1e-12);
}

TEST(ErrorBound, CountsWhatIsStillToBeSlewedWhereverTheClockIs)
{
    const Interval truth{-1ms, 3ms};
    DOUBLES_EQUAL(0.013, farthest(truth, -10ms, 2ms).count(), 1e-12);
    DOUBLES_EQUAL(0.011, farthest(truth, 10ms, 2ms).count(), 1e-12);
    DOUBLES_EQUAL(0.004, farthest(truth, -1ms, 3ms).count(), 1e-12); // both ends, on its way
}
