// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Scales, frequency and the account of corrections.

#include "time/correction_log.h"
#include "time/time.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Utc> start{1'700'000'000s};

long long error_ns(Instant<FreeRun> a, Nanoseconds b)
{
    return std::llabs((a.time_since_epoch() - b).count());
}

} // namespace

TEST_GROUP(Time){};

TEST(Time, FrequencyGainsInProportion)
{
    DOUBLES_EQUAL(0.05, (Frequency::ppm(50) * Seconds{1000}).count(), 1e-15);
    DOUBLES_EQUAL(50, frequency_of(Seconds{0.05}, Seconds{1000}).ppm(), 1e-9);
    LONGS_EQUAL(-2, rounded(Seconds{-1.6e-9}).count());
}

TEST_GROUP(CorrectionLog)
{
    CorrectionLog log{start};
};

TEST(CorrectionLog, BothScalesShowTheSameAtTheStart)
{
    CHECK(log.free_run(start).time_since_epoch() == start.time_since_epoch());
}

TEST(CorrectionLog, TakesFrequencyCorrectionsOutAgain)
{
    log.set_frequency(start, Frequency::ppm(500));
    // 1000 s running free show 1000.5 s when sped up by 500 ppm
    const auto free = log.free_run(start + 1000500ms);
    CHECK(error_ns(free, start.time_since_epoch() + 1000s) <= 1);
    CHECK(log.utc(free) - (start + 1000500ms) <= 1ns);

    log.set_frequency(start + 1000500ms, Frequency::ppm(0));
    CHECK(error_ns(log.free_run(start + 2000500ms), start.time_since_epoch() + 2000s) <= 1);
}

TEST(CorrectionLog, TellsInstantsBeforeAChangeByWhatWasInForceThen)
{
    log.set_frequency(start + 100s, Frequency::ppm(100));
    CHECK(log.free_run(start + 50s).time_since_epoch() == start.time_since_epoch() + 50s);
}

TEST(CorrectionLog, TakesStepsOutAgain)
{
    log.step(start + 10s + 3600s, 3600s);
    CHECK(log.free_run(start + 20s + 3600s).time_since_epoch() == start.time_since_epoch() + 20s);
    log.step(start + 30s, -3600s);
    CHECK(log.free_run(start + 40s).time_since_epoch() == start.time_since_epoch() + 40s);
}

TEST(CorrectionLog, ForgetsOnlyWhatIsOld)
{
    Instant<Utc> t = start;
    for (std::size_t i = 0; i < 2 * CorrectionLog::depth; ++i)
        log.set_frequency(t += 1s, Frequency::ppm(i % 2 == 0 ? 200.0 : -200.0));
    // As many seconds fast as slow: no more than rounding is left.
    CHECK(error_ns(log.free_run(t), t.time_since_epoch()) < 1'000'000);
    CHECK(std::llabs((log.utc(log.free_run(t - 100500ms)) - (t - 100500ms)).count()) <= 2);
}
