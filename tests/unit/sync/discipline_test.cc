// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The clock discipline's rules.

#include "sync/discipline.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sync;
using namespace std::chrono_literals;

namespace {

constexpr Instant<FreeRun> start{1000s};

bool tells(const Judgment& j, EventKind kind)
{
    for (const Event& e : j.events)
        if (e.kind == kind)
            return true;
    return false;
}

} // namespace

TEST_GROUP(Discipline)
{
    Policy policy;
    Discipline discipline;

    void setup() override
    {
        discipline = begin(policy);
    }

    Action after(Seconds offset, Nanoseconds since_start, bool is_frequency_known = true)
    {
        last = judge(discipline, offset, start + since_start, is_frequency_known, policy);
        discipline = last.next;
        return last.action;
    }

    void synchronize()
    {
        after(0s, 0s, false);
        after(0s, 1s);
        CHECK(discipline.state == ClockState::sync);
    }

    Judgment last;
};

TEST(Discipline, BeginsByWhatIsKnownOfTheFrequency)
{
    CHECK(begin(policy).state == ClockState::nset);
    policy.initial_frequency = Frequency::ppm(12);
    CHECK(begin(policy).state == ClockState::fset);
}

TEST(Discipline, StepsALargeFirstOffsetAtOnce)
{
    CHECK(after(12s, 0s, false) == Action::step);
    CHECK(discipline.state == ClockState::freq);
    CHECK(tells(last, EventKind::clock_step));
    CHECK(tells(last, EventKind::freq_mode));
}

TEST(Discipline, SlewsASmallFirstOffset)
{
    CHECK(after(-100ms, 0s, false) == Action::slew);
    CHECK(discipline.state == ClockState::freq);
}

TEST(Discipline, IsSynchronizedAtOnceWithADriftFile)
{
    policy.initial_frequency = Frequency::ppm(12);
    discipline = begin(policy);
    CHECK(after(-12s, 0s) == Action::step);
    CHECK(discipline.state == ClockState::sync);
    CHECK(tells(last, EventKind::clock_sync));
}

TEST(Discipline, MeasuresTheFrequencyUntilItIsKnownOrTheStepoutHasPassed)
{
    after(0s, 0s, false);
    after(0s, 100s, false);
    CHECK(discipline.state == ClockState::freq);
    after(0s, 200s, true);
    CHECK(discipline.state == ClockState::sync);
    CHECK(tells(last, EventKind::clock_sync));

    discipline = begin(policy);
    after(0s, 0s, false);
    after(0s, 300s, false);
    CHECK(discipline.state == ClockState::sync);
}

TEST(Discipline, WaitsWhetherASpikePasses)
{
    synchronize();
    CHECK(after(200ms, 10s) == Action::wait);
    CHECK(discipline.state == ClockState::spike);
    CHECK(tells(last, EventKind::spike_detect));
    CHECK(after(200ms, 200s) == Action::wait);
    CHECK(!tells(last, EventKind::spike_detect));
    CHECK(after(1ms, 250s) == Action::slew);
    CHECK(discipline.state == ClockState::sync);
}

TEST(Discipline, StepsWhatPersistsForTheStepout)
{
    synchronize();
    after(200ms, 10s);
    CHECK(after(201ms, 309s) == Action::wait);
    CHECK(after(202ms, 310s) == Action::step);
    CHECK(tells(last, EventKind::clock_step));
    CHECK(discipline.state == ClockState::sync);
    CHECK(after(200ms, 400s) == Action::wait); // and the next one has to wait as long again
}

TEST(Discipline, HasAThresholdForEachDirection)
{
    policy.step_forward = 1s;
    synchronize();
    CHECK(after(900ms, 10s) == Action::slew);
    CHECK(after(-200ms, 20s) == Action::wait);
}

TEST(Discipline, NeverStepsWhenTheThresholdIsZero)
{
    policy.step_forward = policy.step_backward = 0s;
    CHECK(after(12s, 0s, false) == Action::slew);
    CHECK(after(-12s, 1000s) == Action::slew);
}

TEST(Discipline, StopsAtThePanicThreshold)
{
    CHECK(after(1001s, 0s, false) == Action::panic);
    CHECK(tells(last, EventKind::panic_stop));
    CHECK(after(-1001s, 0s, false) == Action::panic);
    CHECK(after(999s, 0s, false) == Action::step);
    CHECK(after(1001s, 10s) == Action::panic);
}

TEST(Discipline, MayBeAllowedOnePanic)
{
    policy.may_panic_once = true;
    discipline = begin(policy);
    CHECK(after(5000s, 0s, false) == Action::step);
    CHECK(after(5000s, 100s) == Action::panic);
}

TEST(Discipline, LosesThePermissionToPanicWithTheFirstUpdate)
{
    policy.may_panic_once = true;
    discipline = begin(policy);
    CHECK(after(1ms, 0s, false) == Action::slew);
    CHECK(after(5000s, 100s) == Action::panic);
}

TEST(Discipline, NeverPanicsWhenTheThresholdIsZero)
{
    policy.panic = 0s;
    CHECK(after(1e9s, 0s, false) == Action::step);
}

TEST(Discipline, StepsTheFirstOffsetHoweverSmallWhenAskedTo)
{
    policy.steps_at_start = true;
    CHECK(after(1us, 0s, false) == Action::step);
    CHECK(after(1us, 1s) == Action::slew);
}

TEST(Discipline, NeitherStepsNorPanicsWhenItMayNotSteer)
{
    policy.steers = false;
    CHECK(after(5000s, 0s, false) == Action::slew);
    CHECK(after(5000s, 1s) == Action::slew);
    CHECK(discipline.state == ClockState::sync);
}

TEST(Discipline, SlewsWithinTheSpanOrAsFastAsAllowed)
{
    DOUBLES_EQUAL(100, slew_rate(1600us, 16s, Frequency::ppm(500)).ppm(), 1e-9);
    DOUBLES_EQUAL(100, slew_rate(-1600us, 16s, Frequency::ppm(500)).ppm(), 1e-9);
    DOUBLES_EQUAL(500, slew_rate(100ms, 16s, Frequency::ppm(500)).ppm(), 1e-9);
}
