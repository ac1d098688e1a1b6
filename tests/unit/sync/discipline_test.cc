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

    Action after(const Seen& seen, Nanoseconds since_start, bool is_frequency_known = true)
    {
        last = judge(discipline, seen, start + since_start, is_frequency_known, policy);
        discipline = last.next;
        return last.action;
    }
    Action after(Seconds offset, Nanoseconds since_start, bool is_frequency_known = true)
    {
        return after(Seen{offset, false}, since_start, is_frequency_known);
    }

    // Answers of a server that shows another time, as an engine in doubt asks for them.
    Action after_each(std::initializer_list<int> seconds, const Seen& seen)
    {
        Action action{};
        for (const int s : seconds)
            action = after(seen, std::chrono::seconds{s});
        return action;
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

TEST(Discipline, StepsSoonForWhatNoDelayCanFeign)
{
    synchronize();
    CHECK(after_each({10, 18, 26, 34}, {1s, true}) == Action::wait);
    CHECK(after_each({42}, {1.01s, true}) == Action::step);
}

TEST(Discipline, WaitsForTheEndOfAServersHiccup)
{
    synchronize();
    CHECK(after_each({10, 12, 14, 16, 18, 20, 22, 30, 38}, {1s, true}) == Action::wait);
    CHECK(after_each({39}, {0s, false}) == Action::slew);
    CHECK(after_each({50, 58, 66}, {1s, true}) == Action::wait); // counted anew
}

TEST(Discipline, WaitsTheWholeStepoutForWhatOneReadingDoesNotProve)
{
    synchronize();
    after({1s, true}, 10s);
    after({1s, false}, 18s);
    CHECK(after_each({26, 34, 42, 50, 100, 200, 309}, {1s, true}) == Action::wait);
    CHECK(after_each({310}, {1s, true}) == Action::step);
}

TEST(Discipline, CountsOnlyReadingsThatAgree)
{
    synchronize();
    after_each({10, 18, 26}, {1s, true});
    CHECK(after_each({34, 42, 50, 58}, {3s, true}) == Action::wait);
    CHECK(after_each({66}, {3s, true}) == Action::step);
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
