// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What the words of a PTP master mean to NTP.

#include "refclock/ptp/standing.h"

#include "CppUTest/TestHarness.h"

using namespace timeball;
using namespace timeball::ptp;
using namespace std::chrono_literals;

TEST_GROUP(PtpStanding)
{
    Master master{.said = {.current_utc_offset = 37, .quality = {6, 0x21, 0}},
        .flags = ptp_timescale | current_utc_offset_valid};
};

TEST(PtpStanding, ClockClassSaysTheStratum)
{
    const auto stratum = [](std::uint8_t c) { return int{stratum_of({c, 0x21, 0}).value}; };
    LONGS_EQUAL(0, stratum(6));
    LONGS_EQUAL(0, stratum(7));
    LONGS_EQUAL(1, stratum(52));
    LONGS_EQUAL(2, stratum(187));
    LONGS_EQUAL(3, stratum(248));
}

TEST(PtpStanding, AccuracyIsADispersion)
{
    const auto accuracy = [](std::uint8_t a) { return accuracy_of({6, a, 0}).count(); };
    DOUBLES_EQUAL(1e-12, accuracy(0x17), 1e-15);
    DOUBLES_EQUAL(25e-9, accuracy(0x20), 1e-12);
    DOUBLES_EQUAL(100e-9, accuracy(0x21), 1e-12);
    DOUBLES_EQUAL(1e-3, accuracy(0x29), 1e-9);
    DOUBLES_EQUAL(10, accuracy(0x30), 1e-9);
    DOUBLES_EQUAL(1e-3, accuracy(0xfe), 1e-9); // unknown
    DOUBLES_EQUAL(1e-3, accuracy(0x00), 1e-9);
}

TEST(PtpStanding, MasterThatIsSureSaysHowFarTaiIs)
{
    CHECK(utc_offset_of(master, std::nullopt) == 37s);
    CHECK(utc_offset_of(master, 37s) == 37s);
    CHECK(utc_offset_of(master, 36s) == 37s); // our file is of last year
}

TEST(PtpStanding, MasterThatIsNotSureIsNotAsked)
{
    master.flags = ptp_timescale;
    CHECK(utc_offset_of(master, 38s) == 38s);
    CHECK(utc_offset_of(master, std::nullopt) == 37s); // better than nothing
}

TEST(PtpStanding, WhatCannotBeIsNotTaken)
{
    master.said.current_utc_offset = 0;
    CHECK(utc_offset_of(master, 37s) == 37s);
    CHECK_FALSE(utc_offset_of(master, std::nullopt).has_value());
    master.said.current_utc_offset = 19; // GPS
    CHECK(utc_offset_of(master, 37s) == 37s);
}

TEST(PtpStanding, MasterWithAnotherTimescaleShowsUtc)
{
    master.flags = current_utc_offset_valid;
    CHECK(utc_offset_of(master, 37s) == 0s);
}

TEST(PtpStanding, LeapSecondIsTold)
{
    CHECK(leap_of(master) == Leap::none);
    master.flags |= leap61;
    CHECK(leap_of(master) == Leap::insert);
    master.flags = leap59;
    CHECK(leap_of(master) == Leap::remove);
}

TEST(PtpStanding, AroundALeapSecondItsOffsetMayBeOld)
{
    const Instant<Utc> midnight{std::chrono::seconds{1'483'228'800}}; // 2017-01-01
    CHECK_FALSE(may_be_of_yesterday(master, midnight));
    master.flags |= leap61;
    CHECK(may_be_of_yesterday(master, midnight));
    CHECK(may_be_of_yesterday(master, midnight + 5s));
    CHECK(may_be_of_yesterday(master, midnight - 1s));
    CHECK_FALSE(may_be_of_yesterday(master, midnight - 1min));
    CHECK_FALSE(may_be_of_yesterday(master, midnight + 1min));
}
