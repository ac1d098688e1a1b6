// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// A leap second on the real loop, with a software clock that believes it is New Year's Eve.

#include "daemon/leap_second.h"
#include "platform/software_clock.h"
#include "platform/turning.h"

#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::platform;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Utc> new_year{1'798'761'600s}; // 2027

} // namespace

TEST_GROUP(RealLeapSecond)
{
    Turning turning;
    // CppUTest's operator new does not heed its alignment.
    const std::unique_ptr<SoftwareClock> own = std::make_unique<SoftwareClock>(Flaws{},
        SoftwareClock::Sources{
            SoftwareClock::kernel_sources().count, [] { return new_year - 300ms; }});
    SoftwareClock& clock = *own;
    std::string refused;
    daemon::Steersman steersman{
        clock, turning.loop, [this](const std::string& why) { refused = why; }};
    Nanoseconds moved{0}, done{0};
    bool is_held = false;
    daemon::LeapSecond leap{clock, turning.loop, steersman,
        {.held = [this] { is_held = true; },
            .moved = [this](Nanoseconds by) { moved = by; },
            .done = [this](Nanoseconds by) { done = by; }}};

    // The clock less what has passed: negative once a second was inserted.
    Nanoseconds gained(Instant<Utc> began, Instant<Mono> then) const
    {
        return (clock.now() - began) - (turning.loop.now() - then);
    }
};

TEST(RealLeapSecond, IsInsertedWhereTheDayEnds)
{
    const auto began = clock.now();
    const auto then = turning.loop.now();
    leap.expect(Leap::insert, began, Seconds{0});
    CHECK(turning.until([&] { return is_held; }));
    CHECK(clock.now() >= new_year - 100ms);
    CHECK(turning.until([&] { return moved != 0s; }));
    CHECK(moved == -1s);
    CHECK(clock.now() < new_year);
    CHECK(turning.until([&] { return done != 0s; }));
    CHECK(clock.now() >= new_year);
    DOUBLES_EQUAL(-1, Seconds{gained(began, then)}.count(), 0.01);
    CHECK(!steersman.outside_step().has_value());
    STRCMP_EQUAL("", refused.c_str());
}

TEST(RealLeapSecond, IsLeftOutASecondBeforeTheDayEnds)
{
    clock.step(-1s).value();
    steersman.outside_step();
    const auto began = clock.now();
    const auto then = turning.loop.now();
    leap.expect(Leap::remove, began, Seconds{0});
    CHECK(turning.until([&] { return done != 0s; }));
    CHECK(clock.now() >= new_year);
    DOUBLES_EQUAL(1, Seconds{gained(began, then)}.count(), 0.01);
    CHECK(!steersman.outside_step().has_value());
}
