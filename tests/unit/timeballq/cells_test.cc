// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Figures in columns, dates, and status words in words.

#include "timeballq/cells.h"
#include "timeballq/status_words.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::query;

TEST_GROUP(Cells){};

TEST(Cells, ShowAsManyDecimalsAsFitIntoEightColumns)
{
    struct Case {
        const char* value;
        int decimals;
        const char* shown;
    };
    for (const auto& [value, decimals, shown] : {Case{"0.0113", 4, "  0.0113"},
             {"999.99991", 4, "999.9999"}, {"1000", 4, "1000.000"}, {"15937.500000", 4, "15937.50"},
             {"123456.78", 4, "123456.8"}, {"12345678.9", 4, "12345678"},
             {"-0.002442", 4, " -0.0024"}, {"-100.25", 4, "-100.250"}, {"-1000.25", 4, "-1000.25"},
             {"-10000.25", 4, "-10000.2"}, {"-100000.25", 4, " -100000"}, {"9999.5", 3, "9999.500"},
             {"10000", 3, "10000.00"}, {"-999.5", 3, "-999.500"}, {"-1000", 3, "-1000.00"},
             {".", 4, "       ."}, {"nan", 4, "     nan"}})
        STRCMP_EQUAL(shown, eight_columns(value, decimals).c_str());
}

TEST(Cells, ShowLongIntervalsInLargerUnits)
{
    STRCMP_EQUAL("-", interval(std::nullopt).c_str());
    STRCMP_EQUAL("-", interval(-5).c_str());
    STRCMP_EQUAL("-", interval(0).c_str());
    STRCMP_EQUAL("1", interval(1).c_str());
    STRCMP_EQUAL("2048", interval(2048).c_str());
    STRCMP_EQUAL("34m", interval(2049).c_str());
    STRCMP_EQUAL("300m", interval(18000).c_str());
    STRCMP_EQUAL("5h", interval(18060).c_str());
    STRCMP_EQUAL("4d", interval(4 * 86400 + 3600).c_str());
}

TEST(Cells, WriteNumbersAsShortAsTheyCanBeReadBack)
{
    STRCMP_EQUAL("0.0", plain_number(0).c_str());
    STRCMP_EQUAL("6e-05", plain_number(0.00006).c_str());
    STRCMP_EQUAL("15937.5", plain_number(15937.5).c_str());
    STRCMP_EQUAL("-3.0", plain_number(-3).c_str());
}

TEST(Cells, WriteDatesAsNtpqDoes)
{
    STRCMP_EQUAL("eeab1549.e2cc5d77 2026-11-20T18:51:53.885Z",
        date(*query::to_timestamp("0xeeab1549.e2cc5d77")).c_str());
    // after the seconds have begun anew
    STRCMP_EQUAL("00000001.00000000 2036-02-07T06:28:17.000Z",
        date(*query::to_timestamp("0x00000001.00000000")).c_str());
    STRCMP_EQUAL("00000000.00000000 (no time)", date({}).c_str());
    for (const char* text : {"", "0x", "0xeeab1549.e2cc5d7", "0xeeab1549,e2cc5d77",
             "0xeeab154g.e2cc5d77", "0x-eab1549.e2cc5d77"})
        CHECK_FALSE(query::to_timestamp(text).has_value());
}

TEST(Cells, CountDaysApart)
{
    STRCMP_EQUAL("00:02:18", uptime(138).c_str());
    STRCMP_EQUAL("23:59:59", uptime(86399).c_str());
    STRCMP_EQUAL("3D 00:00:01", uptime(3 * 86400 + 1).c_str());
}

TEST(Cells, KeepTheEndOfAnAddress)
{
    STRCMP_EQUAL("-db8::1234:5678", end_of("2001:db8::1234:5678", 15).c_str());
    STRCMP_EQUAL("10.0.0.1", end_of("10.0.0.1", 15).c_str());
}

TEST_GROUP(StatusWords){};

TEST(StatusWords, DescribeTheSystem)
{
    STRCMP_EQUAL("leap_none, sync_ntp, 1 event, clock_sync", system_status_words(0x0615).c_str());
    STRCMP_EQUAL("leap_alarm, sync_unspec, 1 event, restart", system_status_words(0xc016).c_str());
    STRCMP_EQUAL("leap_add_sec, sync_telephone, no events, unspecified",
        system_status_words(0x4900).c_str());
    STRCMP_EQUAL("leap_alarm, sync_63, no events, stale_leapsecond_values",
        system_status_words(0xff0f).c_str());
}

TEST(StatusWords, DescribeAPeer)
{
    STRCMP_EQUAL("conf, reach, sel_sys.peer, 1 event, sys_peer", peer_status_words(0x961a).c_str());
    STRCMP_EQUAL("conf, sel_reject, 1 event, mobilize", peer_status_words(0x8011).c_str());
    STRCMP_EQUAL("conf, authenb, auth, reach, bcast, sel_pps.peer, 15 events, _15",
        peer_status_words(0xffff).c_str());
    STRCMP_EQUAL("sel_reject, no events", peer_status_words(0).c_str());
}

TEST(StatusWords, DescribeAClock)
{
    STRCMP_EQUAL("no events, clk_unspec", clock_status_words(0).c_str());
    STRCMP_EQUAL("3 events, clk_bad_time", clock_status_words(0x36).c_str());
    STRCMP_EQUAL("1 event, clk_9", clock_status_words(0x19).c_str());
}

TEST(StatusWords, HaveOneTallyForEachSelection)
{
    std::string tallies;
    for (unsigned select = 0; select < 8; ++select)
        tallies += tally(static_cast<std::uint16_t>(0x8000 | select << 8));
    STRCMP_EQUAL(" x.-+#*o", tallies.c_str());
}
