// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The leapfile as the daemon keeps it, and the clock's way through a leap second.

#include "daemon/leap_file.h"
#include "daemon/leap_second.h"
#include "daemon/publish.h"
#include "sim/sim_clock.h"
#include "sim/sim_edges.h"
#include "sim/sim_loop.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::daemon;
using namespace timeball::sim;
using namespace std::chrono_literals;

namespace {

constexpr Instant<Utc> new_year{1'798'761'600s}; // 2027

} // namespace

TEST_GROUP(LeapFile)
{
    SimFiles files;
    LeapFile file{files, "/leap", true};
    Instant<Utc> now = new_year - 100 * 24h;
    Instant<Mono> when{5s};

    void hold(const std::string& entries, const std::string& expires = "4020000000")
    {
        files.content["/leap"] = "#@ " + expires + "\n3692217600 37\n" + entries;
    }
    std::string read()
    {
        const auto said = file.read(now, when);
        return said ? said->text : "";
    }
};

TEST(LeapFile, IsNothingWithoutAPath)
{
    LeapFile none{files, "", true};
    CHECK(!none.read(now, when).has_value());
    CHECK(none.table() == nullptr);
    CHECK(!none.coming(now).has_value());
}

TEST(LeapFile, SaysUntilWhenLeapSecondsAreKnown)
{
    hold("");
    STRCMP_EQUAL("/leap: leap seconds are known until 2027-05-22; the file has no hash that would "
                 "show damage",
        read().c_str());
    CHECK(file.coming(now) == Leap::none);
    STRCMP_EQUAL("", read().c_str()); // nothing new
}

TEST(LeapFile, TellsOfTheEndOfThisMonthOnly)
{
    hold("4007750400 38\n");
    read();
    CHECK(file.coming(now) == Leap::none);
    CHECK(file.coming(new_year - 30 * 24h) == Leap::insert);
    CHECK(file.coming(new_year - 1ns) == Leap::insert);
    CHECK(file.coming(new_year) == Leap::none);
    CHECK(!file.coming(new_year + 140 * 24h).has_value());
    hold("4007750400 36\n");
    read();
    CHECK(file.coming(new_year - 1ns) == Leap::remove);
}

TEST(LeapFile, IsTakenUpWhenItWasRenewed)
{
    hold("");
    read();
    hold("4007750400 38\n", "4030000000");
    STRCMP_CONTAINS("known until 2027-09-15", read().c_str());
    CHECK(file.coming(new_year - 1ns) == Leap::insert);
}

TEST(LeapFile, KeepsWhatItKnowsWhenTheFileGoesBad)
{
    hold("4007750400 38\n");
    read();
    hold("4007750400 39\n");
    STRCMP_EQUAL("/leap: line 3: not one leap second later than the line before; what was read "
                 "before holds",
        read().c_str());
    files.content.clear();
    STRCMP_EQUAL("/leap: No such file or directory; what was read before holds", read().c_str());
    CHECK(file.coming(new_year - 1ns) == Leap::insert);
}

TEST(LeapFile, SaysOnceADayWhatIsWrong)
{
    STRCMP_EQUAL(
        "/leap: No such file or directory; leap seconds are learned from servers", read().c_str());
    when += 23h;
    STRCMP_EQUAL("", read().c_str());
    when += 1h;
    STRCMP_CONTAINS("No such file", read().c_str());
}

TEST(LeapFile, WarnsBeforeItExpiresAndWhenItHas)
{
    hold("", "4007750400"); // the new year
    now = new_year - 29 * 24h;
    STRCMP_CONTAINS("known until 2027-01-01", read().c_str());
    now += 24h;
    STRCMP_EQUAL("/leap: will expire on 2027-01-01", read().c_str());
    now = new_year;
    const auto said = file.read(now, when);
    STRCMP_EQUAL(
        "/leap: expired on 2027-01-01; leap seconds are learned from servers", said->text.c_str());
    CHECK(said->is_stale);
    CHECK(said->severity == Severity::warning);
    CHECK(file.table() != nullptr); // TAI minus UTC is the best guess still
    CHECK(!file.coming(now).has_value());
}

TEST_GROUP(LeapSecondOfTheClock)
{
    Timeline timeline{Instant<Truth>{new_year.time_since_epoch() - 60s}};
    SimClock clock{timeline, {}, Chance{1}};
    SimLoop loop{timeline, clock.oscillator()};
    Steersman steersman{clock, loop, [](const std::string&) { FAIL("the clock refused"); }};
    int held = 0, moved = 0, done = 0;
    Nanoseconds by{0};
    LeapSecond leap{clock, loop, steersman,
        {.held = [this] { ++held; },
            .moved = [this](Nanoseconds) { ++moved; },
            .done =
                [this](Nanoseconds by_this) {
                    ++done;
                    by = by_this;
                }}};

    void run(Nanoseconds span)
    {
        const auto end = timeline.now() + span;
        while (timeline.step(end)) { }
    }
    Nanoseconds free_minus_utc() const
    {
        const auto r = steersman.reading();
        return -r.utc_minus_free();
    }
};

TEST(LeapSecondOfTheClock, IsWhereTheDayEnds)
{
    const auto insert = leap_of_day(Leap::insert, new_year - 1h);
    CHECK(insert && insert->at == new_year && insert->by == -1s);
    const auto remove = leap_of_day(Leap::remove, new_year - 1h);
    CHECK(remove && remove->at == new_year - 1s && remove->by == 1s);
    CHECK(!leap_of_day(Leap::none, new_year - 1h).has_value());
    CHECK(!leap_of_day(Leap::unsynchronized, new_year - 1h).has_value());
}

TEST(LeapSecondOfTheClock, IsDoneAtItsInstantAndIsInTheAccount)
{
    run(58s);
    leap.expect(Leap::insert, clock.now(), Seconds{0.05});
    CHECK(leap.begins() == new_year - 150ms);
    run(1849ms);
    CHECK(!leap.is_under_way());
    run(2ms);
    CHECK(leap.is_under_way());
    LONGS_EQUAL(1, held);
    run(148ms);
    CHECK(clock.now() == new_year - 1ms);
    run(2ms);
    CHECK(clock.now() == new_year - 999ms);
    LONGS_EQUAL(1, moved);
    run(1148ms);
    LONGS_EQUAL(0, done);
    run(2ms);
    LONGS_EQUAL(1, moved);
    LONGS_EQUAL(1, done);
    CHECK(by == -1s);
    CHECK(!leap.is_under_way());
    CHECK(free_minus_utc() == 1s);
    CHECK(!steersman.outside_step().has_value());
}

TEST(LeapSecondOfTheClock, IsNotDoneTwice)
{
    run(58s);
    leap.expect(Leap::insert, clock.now(), Seconds{0});
    run(2500ms); // in the second that comes again
    leap.expect(Leap::insert, clock.now(), Seconds{0});
    run(1s);
    leap.expect(Leap::none, clock.now(), Seconds{0});
    run(10s);
    LONGS_EQUAL(1, held);
    LONGS_EQUAL(1, moved);
    LONGS_EQUAL(1, done);
    LONGS_EQUAL(1, clock.steps());
}

TEST(LeapSecondOfTheClock, IsCalledOffUntilItBegins)
{
    run(58s);
    leap.expect(Leap::insert, clock.now(), Seconds{0});
    leap.expect(Leap::none, clock.now(), Seconds{0});
    CHECK(!leap.begins().has_value());
    run(5s);
    LONGS_EQUAL(0, held);
    LONGS_EQUAL(0, clock.steps());
}

TEST(LeapSecondOfTheClock, LetsASlewGoOn)
{
    run(58s);
    leap.expect(Leap::insert, clock.now(), Seconds{0});
    steersman.steer({.action = sync::Steering::Action::slew,
        .slew = Seconds{1e-3},
        .slew_rate = Frequency::ppm(100)}); // for ten seconds
    run(5s);
    DOUBLES_EQUAL(500e-6, steersman.slew_left().count(), 1e-6);
    run(10s);
    DOUBLES_EQUAL(-0.999, Seconds{-free_minus_utc()}.count(), 1e-6);
}

TEST(LeapSecondOfTheClock, IsMadeUpForByALoopThatWasBusy)
{
    run(50s);
    leap.expect(Leap::insert, clock.now(), Seconds{0});
    run(20s); // no timer was set so early
    LONGS_EQUAL(0, held);
    CHECK(leap.is_under_way());
    LONGS_EQUAL(1, held);
    run(5s);
    LONGS_EQUAL(1, moved);
    LONGS_EQUAL(1, done);
    CHECK(clock.now() == new_year + 14s);
}

TEST(LeapSecondOfTheClock, IsLeftToAClockThatDoesItByItself)
{
    clock.leaps_by_itself(true);
    clock.announce({Leap::insert, Seconds{0}, Seconds{0}, {}});
    run(50s);
    steersman.outside_step(); // the last look
    leap.expect(Leap::insert, clock.now(), Seconds{0});
    run(20s);
    CHECK(leap.is_under_way());
    run(5s);
    LONGS_EQUAL(1, moved);
    LONGS_EQUAL(1, done);
    LONGS_EQUAL(0, clock.steps());
    CHECK(clock.now() == new_year + 14s);
    CHECK(free_minus_utc() == 1s);
    CHECK(!steersman.outside_step().has_value());
}

TEST(LeapSecondOfTheClock, IsSmearedOnTheDayItIsAnnouncedFor)
{
    const Smear s = smear(Leap::insert, new_year - 1h, 2h);
    CHECK(s.begins == new_year - 2h && s.ends == new_year && s.by == -1s);
    CHECK(smear(Leap::remove, new_year - 1h, 2h).ends == new_year - 1s);
    CHECK(!smear(Leap::none, new_year - 1h, 2h).is_ahead_or_under_way());
    CHECK(!smear(Leap::insert, new_year - 1h, Seconds{0}).is_ahead_or_under_way());
}
