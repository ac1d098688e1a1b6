// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Which sentence is followed, and of which day it is.

#include "refclock/nmea_clock.h"

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_days today{2027y / 3 / 14};
constexpr Instant<Utc> at(std::chrono::sys_days day, Nanoseconds time)
{
    return Instant<Utc>{day.time_since_epoch() + time};
}

} // namespace

TEST_GROUP(NmeaClock)
{
    NmeaClock clock{~0U};
    Instant<Mono> now{1h};
    Instant<Utc> ours = at(today, 12h);

    Result<Instant<Utc>, NmeaPass> take(NmeaKind kind, std::optional<Nanoseconds> time,
        std::optional<std::chrono::sys_days> date = {}, std::optional<bool> has_fix = true)
    {
        return clock.take({kind, time, date, has_fix}, ours, now);
    }
    NmeaPass pass(const Result<Instant<Utc>, NmeaPass>& r)
    {
        CHECK(!r.has_value());
        return r ? NmeaPass{} : r.error();
    }
    void wait(Nanoseconds span)
    {
        now += span;
        ours += span;
    }
};

TEST(NmeaClock, RmcTellsItAll)
{
    CHECK(*take(NmeaKind::rmc, 9h, today) == at(today, 9h));
}

TEST(NmeaClock, GgaHasTheDateOfThoseBefore)
{
    CHECK(pass(take(NmeaKind::gga, 9h)) == NmeaPass::no_date);
    NmeaClock only_gga{1U << static_cast<unsigned>(NmeaKind::gga)};
    clock = only_gga;
    CHECK(pass(take(NmeaKind::rmc, 9h, today)) == NmeaPass::not_followed);
    CHECK(*take(NmeaKind::gga, 9h) == at(today, 9h));
}

TEST(NmeaClock, AroundMidnightTheDayIsTheNearest)
{
    const auto tomorrow = today + std::chrono::days{1};
    clock = NmeaClock{1U << static_cast<unsigned>(NmeaKind::gga)};
    (void)take(NmeaKind::rmc, 24h - 1s, today);
    wait(1s);
    CHECK(*take(NmeaKind::gga, 0s) == at(tomorrow, 0s));
    (void)take(NmeaKind::rmc, 0s, tomorrow);
    CHECK(*take(NmeaKind::gga, 24h - 1s) == at(today, 24h - 1s)); // a late one
    wait(25h); // without any date
    CHECK(*take(NmeaKind::gga, 1h) == at(tomorrow + std::chrono::days{1}, 1h));
}

TEST(NmeaClock, AStepOfOurClockIsNoTimeOfTheReceivers)
{
    clock = NmeaClock{1U << static_cast<unsigned>(NmeaKind::gga)};
    (void)take(NmeaKind::rmc, 9h, today);
    now += 1s;
    ours += 8760h;
    CHECK(*take(NmeaKind::gga, 9h + 1s) == at(today, 9h + 1s));
}

TEST(NmeaClock, WhoNeverTellsTheDateIsOfOurDay)
{
    CHECK(pass(take(NmeaKind::gll, 13h)) == NmeaPass::no_date);
    wait(11s);
    CHECK(*take(NmeaKind::gll, 13h + 11s) == at(today, 13h + 11s));
    ours = at(today, 23h + 59min);
    CHECK(*take(NmeaKind::gll, 1min) == at(today + std::chrono::days{1}, 1min));
}

TEST(NmeaClock, OurDayIsNotTakenWhenItIsImpossible)
{
    ours = Instant<Utc>{12h}; // 1970
    CHECK(pass(take(NmeaKind::gga, 9h)) == NmeaPass::no_date);
    wait(1min);
    CHECK(pass(take(NmeaKind::gga, 9h)) == NmeaPass::no_date);
    CHECK(*take(NmeaKind::rmc, 9h, today) == at(today, 9h));
}

TEST(NmeaClock, WeeksThatRolledOverArePutRight)
{
    CHECK(unrolled(today) == today);
    CHECK(unrolled(today - gps_era) == today);
    CHECK(unrolled(today - 2 * gps_era) == today);
    CHECK(unrolled(oldest_date) == oldest_date);
    CHECK(unrolled(oldest_date - std::chrono::days{1})
        == oldest_date - std::chrono::days{1} + gps_era);
    CHECK(*take(NmeaKind::zda, 9h, today - gps_era) == at(today, 9h));
}

TEST(NmeaClock, OneKindIsFollowedAsLongAsItComes)
{
    CHECK(take(NmeaKind::rmc, 9h, today).has_value());
    CHECK(pass(take(NmeaKind::zda, 9h, today)) == NmeaPass::not_followed);
    for (int i = 1; i <= 4; ++i) { // RMC is garbled meanwhile
        wait(1s);
        CHECK(pass(take(NmeaKind::zda, 9h + i * 1s, today)) == NmeaPass::not_followed);
    }
    wait(1s);
    CHECK(take(NmeaKind::rmc, 9h + 5s, today).has_value());
    wait(6s);
    CHECK(take(NmeaKind::zda, 9h + 11s, today).has_value());
    CHECK(pass(take(NmeaKind::rmc, 9h + 11s, today)) == NmeaPass::not_followed);
}

TEST(NmeaClock, TenASecondAreOne)
{
    CHECK(take(NmeaKind::rmc, 9h, today).has_value());
    for (int i = 1; i < 10; ++i)
        CHECK(pass(take(NmeaKind::rmc, 9h + i * 100ms, today)) == NmeaPass::not_followed);
    CHECK(take(NmeaKind::rmc, 9h + 1s, today).has_value());
}

TEST(NmeaClock, WithoutAFixNothingIsBelieved)
{
    CHECK(pass(take(NmeaKind::rmc, 9h, today, false)) == NmeaPass::no_fix);
    CHECK(pass(take(NmeaKind::rmc, std::nullopt, {}, true)) == NmeaPass::no_fix);
    CHECK(pass(take(NmeaKind::rmc, 9h, today - std::chrono::days{100}, false)) == NmeaPass::no_fix);
    CHECK(*take(NmeaKind::rmc, 9h, today) == at(today, 9h));
    CHECK(pass(take(NmeaKind::rmc, 9h + 1s, today, false)) == NmeaPass::no_fix);
}

TEST(NmeaClock, ZdaHasTheFixOfTheOthers)
{
    clock = NmeaClock{1U << static_cast<unsigned>(NmeaKind::zda)};
    CHECK(take(NmeaKind::zda, 9h, today, {}).has_value());
    (void)take(NmeaKind::gga, 9h, {}, false);
    CHECK(pass(take(NmeaKind::zda, 9h + 1s, today, {})) == NmeaPass::no_fix);
    (void)take(NmeaKind::gga, 9h, {}, true);
    CHECK(take(NmeaKind::zda, 9h + 2s, today, {}).has_value());
}

TEST(NmeaClock, TheLeapSecondIsNotTold)
{
    const std::chrono::sys_days last{2027y / 6 / 30};
    ours = at(last, 24h - 1s);
    CHECK(take(NmeaKind::rmc, 24h - 1s, last).has_value());
    wait(1s);
    CHECK(pass(take(NmeaKind::rmc, 24h, last)) == NmeaPass::leap_second);
    wait(1s);
    CHECK(*take(NmeaKind::rmc, 0s, last + std::chrono::days{1})
        == at(last + std::chrono::days{1}, 0s));
}
