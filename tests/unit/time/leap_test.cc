// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The table of leap seconds, and the smear.

#include "time/leap_table.h"
#include "time/smear.h"

#include <algorithm>
#include <random>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace std::chrono_literals;

namespace {

// As IERS published it in July 2025, without the comments.
const std::string published = "#$\t3960835200\n"
                              "#@\t3991593600\n"
                              "2272060800      10      # 1 Jan 1972\n2287785600      11\n"
                              "2303683200      12\n2335219200      13\n2366755200      14\n"
                              "2398291200      15\n2429913600      16\n2461449600      17\n"
                              "2492985600      18\n2524521600      19\n2571782400      20\n"
                              "2603318400      21\n2634854400      22\n2698012800      23\n"
                              "2776982400      24\n2840140800      25\n2871676800      26\n"
                              "2918937600      27\n2950473600      28\n2982009600      29\n"
                              "3029443200      30\n3076704000      31\n3124137600      32\n"
                              "3345062400      33\n3439756800      34\n3550089600      35\n"
                              "3644697600      36\n3692217600      37      # 1 Jan 2017\n"
                              "#h\t49db2447 571e5e1b 2f002a53 9c8da8e4 39b8e49e\n";

const std::string minimal = "#@ 3991593600\n2272060800 10\n";
const Instant<Utc> of_2017{1'483'228'800s};
const Instant<Utc> of_2016{1'451'606'400s};

std::string fault(const std::string& text, bool checks_hash = true)
{
    const auto table = parse_leap_table(text, checks_hash);
    return table ? "" : std::to_string(table.error().line) + ": " + table.error().text;
}

std::string replaced(std::string text, const std::string& what, const std::string& by)
{
    return text.replace(text.find(what), what.size(), by);
}

} // namespace

TEST_GROUP(LeapTable){};

TEST(LeapTable, ReadsWhatIsPublishedAndItsHash)
{
    STRCMP_EQUAL("", fault(published).c_str());
    const LeapTable table = *parse_leap_table(published, true);
    LONGS_EQUAL(28, table.entries.size());
    CHECK(table.has_hash);
    CHECK(table.entries.back() == (LeapEntry{of_2017, 37}));
    CHECK(table.expires == Instant<Utc>{1'782'604'800s}); // 2026-06-28
}

TEST(LeapTable, TellsHowFarTaiIsAhead)
{
    const LeapTable table = *parse_leap_table(published, true);
    LONGS_EQUAL(36, *tai_offset(table, of_2017 - 1ns));
    LONGS_EQUAL(37, *tai_offset(table, of_2017));
    LONGS_EQUAL(37, *tai_offset(table, table.expires + 10000h));
    CHECK(!tai_offset(table, Instant<Utc>{}).has_value()); // 1970
}

TEST(LeapTable, TellsOfAMidnightWhetherThereIsALeapSecond)
{
    const LeapTable table = *parse_leap_table(published, true);
    CHECK(leap_at(table, of_2017) == Nanoseconds{-1s});
    CHECK(leap_at(table, of_2016) == Nanoseconds{0});
    CHECK(leap_at(table, table.expires) == Nanoseconds{0});
    CHECK(!leap_at(table, table.expires + 24h).has_value());
    CHECK(!leap_at(table, Instant<Utc>{}).has_value());
}

TEST(LeapTable, KnowsSecondsThatAreLeftOut)
{
    const LeapTable table
        = *parse_leap_table("#@ 3991593600\n3644697600 36\n3692217600 35\n", true);
    CHECK(leap_at(table, of_2017) == Nanoseconds{1s});
    LONGS_EQUAL(35, *tai_offset(table, of_2017));
}

TEST(LeapTable, RefusesADamagedFile)
{
    const char* const wrong_hash = "0: its hash '#h' is wrong: it was damaged or changed";
    STRCMP_EQUAL(wrong_hash, fault(replaced(published, "2918937600", "2919024000")).c_str());
    STRCMP_EQUAL(wrong_hash, fault(replaced(published, "3991593600", "3991593601")).c_str());
    STRCMP_EQUAL(wrong_hash, fault(replaced(published, "39b8e49e", "39b8e49f")).c_str());
    STRCMP_EQUAL("", fault(replaced(published, "39b8e49e", "39b8e49f"), false).c_str());
    STRCMP_EQUAL("31: no hash of five hexadecimal numbers",
        fault(replaced(published, "39b8e49e", "")).c_str());
    STRCMP_EQUAL("31: no hash of five hexadecimal numbers",
        fault(replaced(published, "39b8e49e", "39b8e49e 0")).c_str());
}

TEST(LeapTable, DoesWithoutAHash)
{
    STRCMP_EQUAL("", fault(minimal).c_str());
    CHECK(!parse_leap_table(minimal, true)->has_hash);
    STRCMP_EQUAL("", fault("#@ 3991593600\r\n2272060800\t10 # with returns\r\n\r\n").c_str());
}

TEST(LeapTable, SaysInWhichLineWhatIsWrong)
{
    STRCMP_EQUAL("0: no leap second in it", fault("").c_str());
    STRCMP_EQUAL("0: no leap second in it", fault("#@ 3991593600\n").c_str());
    STRCMP_EQUAL("0: no line '#@' that says when it expires", fault("2272060800 10\n").c_str());
    STRCMP_EQUAL("1: no time in seconds since 1900", fault("#@ soon\n" + minimal).c_str());
    const char* const numbers = "3: not a time in seconds since 1900 and TAI minus UTC";
    for (const char* line : {"2287785600", "2287785600 eleven", "2287785600 11 12", "x 11",
             "99999999999999999999 11", "-1 11"})
        STRCMP_EQUAL(numbers, fault(minimal + line).c_str());
    const char* const order = "3: not one leap second later than the line before";
    for (const char* line : {"2272060800 11", "2271974400 11", "2287785600 12", "2287785600 10"})
        STRCMP_EQUAL(order, fault(minimal + line).c_str());
    STRCMP_EQUAL("3: not the first second of a day", fault(minimal + "2287785601 11").c_str());
}

TEST(LeapTable, ReadsDatesBeyondTheEra)
{
    const LeapTable table
        = *parse_leap_table("#@ 4500000000\n2272060800 10\n4323024000 11\n", true);
    CHECK(table.entries.back().at == Instant<Utc>{2'114'035'200s}); // in 2036
    CHECK(leap_at(table, Instant<Utc>{2'114'035'200s}) == Nanoseconds{-1s});
}

TEST(LeapTable, TakesAnyBytesAndGivesASoundTableOrNone)
{
    std::mt19937 random{7};
    int sound = 0;
    for (int i = 0; i < 5000; ++i) {
        std::string text = published;
        for (unsigned changes = random() % 4; changes > 0; --changes)
            text[random() % text.size()] = "0129 #@h\n\tx-\0\xff"[random() % 14];
        const auto table = parse_leap_table(text.substr(0, random() % (2 * text.size())), false);
        if (!table)
            continue;
        ++sound;
        const auto& all = table->entries;
        CHECK(!all.empty());
        CHECK(std::is_sorted(all.begin(), all.end(),
            [](const LeapEntry& a, const LeapEntry& b) { return a.at <= b.at; }));
        CHECK(tai_offset(*table, all.back().at) == all.back().tai_offset);
        leap_at(*table, end_of_month(table->expires));
    }
    CHECK(sound > 500);
    CHECK(sound < 4500);
}

TEST(LeapTable, FindsTheEndsOfDaysAndMonths)
{
    CHECK(end_of_day(of_2017) == of_2017 + 24h);
    CHECK(end_of_day(of_2017 - 1ns) == of_2017);
    CHECK(end_of_month(of_2017 - 1ns) == of_2017);
    CHECK(end_of_month(of_2017) == of_2017 + 31 * 24h);
    CHECK(end_of_month(of_2017 - 20 * 24h) == of_2017);
    CHECK(end_of_month(Instant<Utc>{1'709'078'400s}) == Instant<Utc>{1'709'251'200s}); // leap year
}

TEST_GROUP(Smear){};

TEST(Smear, LeavesUtcSlowlyAndHasMovedByAllOfItAtTheEnd)
{
    const Smear smear{Seconds{-1}, of_2017 - 24h, of_2017};
    DOUBLES_EQUAL(0, smear_offset(smear, of_2017 - 25h).count(), 0);
    DOUBLES_EQUAL(-0.146447, smear_offset(smear, of_2017 - 18h).count(), 1e-6);
    DOUBLES_EQUAL(-0.5, smear_offset(smear, of_2017 - 12h).count(), 1e-9);
    DOUBLES_EQUAL(-1, smear_offset(smear, of_2017).count(), 0);
    DOUBLES_EQUAL(-1, smear_offset(smear, of_2017 + 1s).count(), 0);
    DOUBLES_EQUAL(0, smear_offset(smear, of_2017 - 24h + 1s).count(), 1e-9);
    DOUBLES_EQUAL(
        0.5, smear_offset({Seconds{1}, of_2017 - 2h, of_2017}, of_2017 - 1h).count(), 1e-9);
    CHECK(smear.is_ahead_or_under_way());
}

TEST(Smear, IsNothingUnlessAsked)
{
    CHECK(!Smear{}.is_ahead_or_under_way());
    DOUBLES_EQUAL(0, smear_offset({}, of_2017).count(), 0);
}
