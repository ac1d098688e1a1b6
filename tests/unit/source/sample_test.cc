// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// From an exchange to a sample.

#include "source/sample.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::source;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Utc> t1{1'780'000'000s};

// `out` and `back` on the way, 1 ms in a server that is ahead by `ahead`.
ntp::Exchange exchange(Nanoseconds out, Nanoseconds back, Nanoseconds ahead)
{
    ntp::Exchange e;
    e.origin = t1;
    e.receive = t1 + out + ahead;
    e.transmit = e.receive + 1ms;
    e.destination = t1 + out + 1ms + back;
    e.precision = Precision{-20};
    return e;
}

} // namespace

TEST_GROUP(Sample)
{
    CorrectionLog corrections{t1 - 1000s};
    sync::Sample sample(const ntp::Exchange& e, Seconds bias = Seconds{0})
    {
        return sample_of(e, corrections, Precision{-24}, bias);
    }
};

TEST(Sample, MeasuresOffsetAndDelay)
{
    const auto s = sample(exchange(10ms, 10ms, 250ms));
    CHECK(s.offset == 250ms);
    DOUBLES_EQUAL(0.020, s.delay.count(), 1e-12);
    CHECK(s.when.time_since_epoch() == t1.time_since_epoch() + 10500us);
}

TEST(Sample, IsWrongByHalfTheAsymmetryAtMost)
{
    CHECK(sample(exchange(30ms, 10ms, 0ms)).offset == 10ms);
    CHECK(sample(exchange(30ms, 10ms, 0ms), Seconds{-0.010}).offset == 0ms);
}

TEST(Sample, BearsOffsetsOfHalfACentury)
{
    const auto age = Nanoseconds{56h * 24 * 365};
    CHECK(sample(exchange(10ms, 10ms, age)).offset == age);
    CHECK(sample(exchange(10ms, 10ms, -age)).offset == -age);
}

TEST(Sample, IsKeptOnTheFreeRunningScale)
{
    corrections.step(t1 - 10s, 3600s);
    CHECK(sample(exchange(10ms, 10ms, 0ms)).offset == 3600s);
}

TEST(Sample, HasADelayOfOurPrecisionAtLeast)
{
    auto e = exchange(0ms, 0ms, 0ms);
    CHECK(sample(e).delay == Precision{-24}.interval());
    e.transmit += 5us; // the server claims to have taken longer than the whole
    const auto s = sample(e);
    CHECK(s.delay == Precision{-24}.interval());
    CHECK(s.dispersion > 5us);
}

TEST(Sample, DispersesByBothPrecisionsAndTheTimeItTook)
{
    const auto s = sample(exchange(500ms, 499ms, 0ms));
    DOUBLES_EQUAL(0x1p-20 + 0x1p-24 + 15e-6, s.dispersion.count(), 1e-9);
    corrections.set_frequency(t1 - 10s, Frequency::ppm(-100));
    DOUBLES_EQUAL(
        0x1p-20 + 0x1p-24 + 115e-6, sample(exchange(500ms, 499ms, 0ms)).dispersion.count(), 1e-7);
}
