// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What one exchange adds to a belief.

#include "sync/queue_belief.h"

#include <cmath>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

namespace {

constexpr Seconds wait = 1ms, noise = 5us;
constexpr Belief nothing{0ms, 50ms};

Belief learned(const Belief& before, Seconds lower, Seconds upper)
{
    const auto l = after(before, {lower, upper, wait, wait, noise});
    CHECK(l.has_value());
    return l->now;
}

} // namespace

TEST_GROUP(QueueBelief){};

// Equal waits both ways: all that lies between the bounds is equally likely.
TEST(QueueBelief, IsSpreadEvenlyBetweenTheBoundsWhenNothingWasKnown)
{
    const Belief b = learned(nothing, 2ms, 3ms);
    DOUBLES_EQUAL(0.0025, b.mean.count(), 10e-6);
    DOUBLES_EQUAL(0.001 / std::sqrt(12.0), b.deviation.count(), 10e-6);
}

TEST(QueueBelief, IsCutByOneQuietWayThoughTheOtherIsCongested)
{
    const Belief before{0ms, 100us};
    const Belief b = learned(before, -50us, 50ms);
    CHECK(b.mean > Seconds{30e-6});
    CHECK(b.deviation < Seconds{80e-6});
    // The same from the other side.
    const Belief mirrored = learned(before, -50ms, 50us);
    DOUBLES_EQUAL(-b.mean.count(), mirrored.mean.count(), 1e-9);
}

TEST(QueueBelief, LearnsNearlyNothingFromWideBounds)
{
    const Belief b = learned({0ms, 100us}, -5ms, 5ms);
    DOUBLES_EQUAL(0, b.mean.count(), 1e-6);
    DOUBLES_EQUAL(100e-6, b.deviation.count(), 2e-6);
}

TEST(QueueBelief, IsAsSharpAsTheBoundsWhenBothWaysAreQuiet)
{
    const Belief b = learned({0ms, 1ms}, 299us, 301us);
    DOUBLES_EQUAL(300e-6, b.mean.count(), 2e-6);
    CHECK(b.deviation < Seconds{10e-6});
}

TEST(QueueBelief, SaysNothingWhenTheBoundsExcludeWhatWasBelieved)
{
    CHECK_FALSE(after({0ms, 10us}, {1ms, 2ms, wait, wait, noise}).has_value());
    CHECK_FALSE(after({0ms, 10us}, {-2ms, -1ms, wait, wait, noise}).has_value());
}

TEST(QueueBelief, FindsWhatWasForetoldLikelierThanWhatWasNot)
{
    const TwoWays seen{-100us, 100us, wait, wait, noise};
    const auto foretold = after({0ms, 100us}, seen);
    const auto surprising = after({400us, 100us}, seen);
    CHECK(foretold->log_likelihood > surprising->log_likelihood + 3);
}
