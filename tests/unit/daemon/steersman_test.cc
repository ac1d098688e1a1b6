// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The hand on the clock: slews end by themselves, steps are in the account, and what somebody else
// did is noticed.

#include "daemon/steersman.h"
#include "sim/sim_clock.h"
#include "sim/sim_loop.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::sim;
using namespace std::chrono_literals;
using sync::Steering;

namespace {

// A loop on a busy machine: after its clock was read, somebody else runs for a while.
class PreemptedLoop final : public EventLoop {
public:
    PreemptedLoop(SimLoop& loop, Timeline& timeline) : loop_{loop}, timeline_{timeline} { }
    Instant<Mono> now() const override
    {
        const auto seen = loop_.now();
        if (preemptions > 0) {
            --preemptions;
            const auto end = timeline_.now() + 92ms;
            while (timeline_.step(end)) { }
        }
        return seen;
    }
    Owned at(Instant<Mono> when, std::function<void()> then) override
    {
        return loop_.at(when, std::move(then));
    }
    Owned every(Nanoseconds interval, std::function<void()> then) override
    {
        return loop_.every(interval, std::move(then));
    }
    bool post(std::function<void()> then) override { return loop_.post(std::move(then)); }
    void stop() override { loop_.stop(); }

    mutable int preemptions = 0;

private:
    SimLoop& loop_;
    Timeline& timeline_;
};

// A clock that may be steered as fast as the kernel's.
class NimbleClock final : public SystemClock {
public:
    explicit NimbleClock(const Timeline& timeline) : timeline_{timeline} { }
    Instant<Utc> now() const override
    {
        const Nanoseconds passed = timeline_.now() - since_;
        return shown_ + passed + rounded(correction_ * Seconds{passed});
    }
    Result<Instant<Utc>, std::error_code> set_frequency(Frequency correction) override
    {
        shown_ = now();
        since_ = timeline_.now();
        correction_ = correction;
        return shown_;
    }
    Result<Instant<Utc>, std::error_code> step(Nanoseconds by) override
    {
        shown_ += by;
        return now();
    }
    void announce(const ClockStatus&) override { }
    Frequency frequency() const override { return correction_; }
    Frequency max_frequency() const override { return Frequency::ratio(0.1); }
    Precision precision() const override { return {-30}; }
    bool is_steered() const override { return true; }
    std::string_view name() const override { return "nimble"; }

private:
    const Timeline& timeline_;
    Instant<Utc> shown_{1'800'000'000s};
    Instant<Truth> since_ = timeline_.now();
    Frequency correction_;
};

} // namespace

TEST_GROUP(Steersman)
{
    Timeline timeline{Instant<Truth>{1'800'000'000s}};
    SimClock clock{timeline, {.frequency = Frequency::ppm(20)}, Chance{1}};
    SimLoop loop{timeline, clock.oscillator()};
    int failures = 0;
    daemon::Steersman steersman{clock, loop, [this](const std::string&) { ++failures; }};

    void run(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }
    Steering slew(double ppm, Seconds by)
    {
        return {.action = Steering::Action::slew,
            .frequency = Frequency::ppm(ppm),
            .slew = by,
            .slew_rate = Frequency::ppm(100)};
    }
};

TEST(Steersman, AddsExactlyTheSlewAndThenRunsAtTheBaseFrequency)
{
    steersman.steer(slew(-20, 10ms));
    run(99s);
    DOUBLES_EQUAL(0.0001, steersman.slew_left().count(), 2e-6);
    run(1s);
    // 10 ms at 100 ppm take 100 s, in which 20 - 20 ppm leave nothing else
    DOUBLES_EQUAL(0.010, Seconds{clock.error()}.count(), 1e-7);
    run(1000s);
    DOUBLES_EQUAL(0.010, Seconds{clock.error()}.count(), 1e-6);
    DOUBLES_EQUAL(0, steersman.slew_left().count(), 0);
}

TEST(Steersman, TakesEveryCorrectionOutOfTheFreeRunningScale)
{
    const auto before = steersman.reading();
    steersman.steer(slew(300, -50ms));
    run(200s);
    CHECK(steersman.step(3s));
    run(200s);
    steersman.steer(slew(-20, 5ms));
    run(600s);
    const auto after = steersman.reading();
    DOUBLES_EQUAL(1000.02, Seconds{after.free - before.free}.count(), 1e-6);
}

TEST(Steersman, ShortensASlewThatWouldPassTheLimitOfTheClock)
{
    auto steering = slew(450, 10ms);
    steersman.steer(steering);
    run(1000s); // 50 ppm are left for the slew
    LONGS_EQUAL(0, failures);
    DOUBLES_EQUAL(0.010 + 470e-6 * 1000, Seconds{clock.error()}.count(), 2e-5);
}

TEST(Steersman, NoticesAStepOfSomebodyElse)
{
    run(10s);
    CHECK_FALSE(steersman.outside_step().has_value());
    const auto before = steersman.reading().free;
    clock.moved_by_somebody_else(-3600s);
    run(1s);
    const auto jump = steersman.outside_step();
    CHECK(jump.has_value());
    DOUBLES_EQUAL(-3600, Seconds{*jump}.count(), 1e-3);
    DOUBLES_EQUAL(1, Seconds{steersman.reading().free - before}.count(), 1e-3);
    CHECK_FALSE(steersman.outside_step().has_value());
}

TEST(Steersman, NoticesAStepOfMilliseconds)
{
    for (int i = 0; i < 10; ++i) {
        run(1s);
        CHECK_FALSE(steersman.outside_step().has_value());
    }
    clock.moved_by_somebody_else(10ms);
    run(1s);
    const auto jump = steersman.outside_step();
    CHECK(jump.has_value());
    DOUBLES_EQUAL(0.010, Seconds{*jump}.count(), 1e-4);
}

// A clock in software is steered, and what measures the passing of time is not.
TEST(Steersman, TakesWhatItSlewsItselfForNoStep)
{
    NimbleClock nimble{timeline};
    daemon::Steersman quick{nimble, loop, [this](const std::string&) { ++failures; }};
    const auto before = nimble.now() - timeline.now().time_since_epoch();
    auto steering = slew(0, 200ms);
    steering.slew_rate = Frequency::ratio(0.1);
    quick.steer(steering);
    for (int i = 0; i < 10; ++i) {
        run(700ms); // the slew ends between two looks
        CHECK_FALSE(quick.outside_step().has_value());
    }
    const auto after = nimble.now() - timeline.now().time_since_epoch();
    DOUBLES_EQUAL(0.2, Seconds{after - before}.count(), 1e-4);
    CHECK(nimble.step(10ms).has_value()); // the slew of long ago excuses nothing
    CHECK(quick.outside_step().has_value());
}

TEST(Steersman, TakesBeingPreemptedForNoStep)
{
    PreemptedLoop busy{loop, timeline};
    daemon::Steersman steady{clock, busy, [this](const std::string&) { ++failures; }};
    for (int preempted = 1; preempted < 6; ++preempted) {
        run(1s);
        busy.preemptions = preempted;
        CHECK_FALSE(steady.outside_step().has_value());
        LONGS_EQUAL(0, busy.preemptions);
    }
    clock.moved_by_somebody_else(60ms);
    busy.preemptions = 2;
    CHECK(steady.outside_step().has_value());
}

TEST(Steersman, LeavesTheLongTermFrequencyBehind)
{
    steersman.steer(slew(-20, 10ms));
    run(10s);
    steersman.settle();
    DOUBLES_EQUAL(-20, clock.frequency().ppm(), 1e-9);
    run(1000s);
    DOUBLES_EQUAL(0.001, Seconds{clock.error()}.count(), 1e-5);
}

TEST(Steersman, LeavesAClockThatIsShownAsItIsAlone)
{
    clock.is_steered(false);
    steersman.steer(slew(-20, 10ms));
    run(100s);
    DOUBLES_EQUAL(0, clock.frequency().ppm(), 0);
}
