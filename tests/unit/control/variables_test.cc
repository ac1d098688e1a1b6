// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Lists of variables, as real servers send them and as broken ones might.

#include "control/variables.h"
#include "unit/control/capture.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball::control;

TEST_GROUP(ControlVariables){};

TEST(ControlVariables, AreReadFromARealReply)
{
    const auto replies = recorded("rv.hex");
    const auto list = parse_variables(as_text(decode(replies[1].datagram)->data()));

    STRCMP_EQUAL("3", list.get("leap").c_str());
    STRCMP_EQUAL("119.169.75.223", list.get("refid").c_str());
    STRCMP_EQUAL("ntpd ntpsec-1.2.2", list.get("version").c_str());
    STRCMP_EQUAL("0", list.get("mintc").c_str());
    LONGS_EQUAL(2, *list.integer("stratum"));
    DOUBLES_EQUAL(0.05, *list.number("rootdelay"), 1e-12);
    LONGS_EQUAL(19, list.size());
    CHECK(list.find("nosuch") == nullptr);
}

TEST(ControlVariables, SeparateAtCommasOutsideOfQuotesOnly)
{
    const auto list = parse_variables("a=1, b=\"x, y\",\r\nc= 2 ,d, =e,,f=\r\n");
    LONGS_EQUAL(5, list.size());
    STRCMP_EQUAL("x, y", list.get("b").c_str());
    CHECK(list.begin()[1].is_quoted);
    STRCMP_EQUAL("2", list.get("c").c_str());
    CHECK(list.find("d") != nullptr);
    STRCMP_EQUAL("", list.get("f").c_str());
}

TEST(ControlVariables, LeaveOutWhatIsNotPrintable)
{
    const auto list
        = parse_variables(std::string_view{"filtdelay= \xa5/4\xff\x7f 0.05\0\x01, b=1", 28});
    STRCMP_EQUAL("/4 0.05", list.get("filtdelay").c_str());
    STRCMP_EQUAL("1", list.get("b").c_str());
}

TEST(ControlVariables, KeepTheLastValueOfANameThatComesTwice)
{
    const auto list = parse_variables("a=1,b=2,a=3");
    LONGS_EQUAL(2, list.size());
    STRCMP_EQUAL("3", list.get("a").c_str());
}

// NTPsec 1.2.2 sends octets of old packets in its filter registers, and some of them are quotes.
TEST(ControlVariables, AreNotSwallowedByQuotesWithinAValue)
{
    const auto list = parse_variables("filtdelay=@ 0F\" 1.09 0.57, pmode=4, a = \"x, y\", b=2");
    LONGS_EQUAL(4, list.size());
    STRCMP_EQUAL("4", list.get("pmode").c_str());
    STRCMP_EQUAL("x, y", list.get("a").c_str());
    STRCMP_EQUAL("2", list.get("b").c_str());
}

TEST(ControlVariables, EndWithTheTextEvenWithinQuotes)
{
    const auto list = parse_variables("a=\"1, b=2");
    LONGS_EQUAL(1, list.size());
    STRCMP_EQUAL("\"1, b=2", list.get("a").c_str());
    CHECK(parse_variables("").empty());
    CHECK(parse_variables(",,\r\n").empty());
}

TEST(ControlVariables, AreNumbersAsAWholeOrNotAtAll)
{
    LONGS_EQUAL(255, *to_integer("0xff"));
    LONGS_EQUAL(-7, *to_integer("-7"));
    LONGS_EQUAL(7, *to_integer("+7"));
    for (const char* text : {"", "-", "0x", "7a", "--7", "1.0", "0xffffffffffffffffff"})
        CHECK_FALSE(to_integer(text).has_value());
    DOUBLES_EQUAL(-0.25, *to_number("-0.25"), 0);
    DOUBLES_EQUAL(1e-5, *to_number("1e-05"), 0);
    for (const char* text : {"nan", "inf", "-inf", "1.0x", "x", "1e999"})
        CHECK_FALSE(to_number(text).has_value());
}

TEST(ControlVariables, AreNamedInARequestWithOrWithoutValues)
{
    const auto names = names_in("leap, stratum=\"3, x\" ,offset\r\n,, a b");
    LONGS_EQUAL(5, names.size());
    CHECK(names[0] == "leap");
    CHECK(names[1] == "stratum");
    CHECK(names[2] == "offset");
    CHECK(names[3] == "a");
    CHECK(names[4] == "b");
    CHECK(names_in(" \r\n").empty());
}
