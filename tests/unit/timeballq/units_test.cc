// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Units as `ntpq -u` 1.2.2 chose them.

#include "timeballq/units.h"

#include <CppUTest/TestHarness.h>

using namespace timeball::query;

TEST_GROUP(Units){};

TEST(Units, SuitTheirNumbersAsInNtpq)
{
    STRCMP_EQUAL("25.776us", with_unit("0.025776", "ms", 8).c_str());
    STRCMP_EQUAL(" 3.685us", with_unit("0.003685", "ms", 8).c_str());
    STRCMP_EQUAL("500.04ms", with_unit("500.041234", "ms", 8).c_str());
    STRCMP_EQUAL("150.32us", with_unit("0.150321", "ms", 8).c_str());
    STRCMP_EQUAL("    60ns", with_unit("0.000060", "ms", 8).c_str());
    STRCMP_EQUAL("     0ns", with_unit("0.000000", "ms", 8).c_str());
    STRCMP_EQUAL("34us", with_unit("0.034", "ms").c_str());
    STRCMP_EQUAL("0us", with_unit("0.000", "ms").c_str());
    STRCMP_EQUAL("1.945ms", with_unit("1.945", "ms").c_str());
    STRCMP_EQUAL("0ppt", with_unit("0.000000", "ppm").c_str());
    STRCMP_EQUAL("16ms", with_unit("16", "ms").c_str());
}

TEST(Units, KeepTheSign)
{
    STRCMP_EQUAL("-3.685us", with_unit("-0.003685", "ms", 8).c_str());
    STRCMP_EQUAL("-500.0ms", with_unit("-500.041234", "ms", 8).c_str());
    STRCMP_EQUAL("-1.500s", with_unit("-1500", "ms").c_str());
}

TEST(Units, GoAsFarAsThereAreUnits)
{
    STRCMP_EQUAL("37s", with_unit("37", "s").c_str());
    STRCMP_EQUAL("1.600000ks", with_unit("1600000", "ms").c_str());
    STRCMP_EQUAL("12.345ppm", with_unit("12.345", "ppm").c_str());
    STRCMP_EQUAL("0.1", with_unit("0.1", "m").c_str());
    STRCMP_EQUAL("   INIT.", with_unit("INIT.", "ms", 8).c_str());
}
