// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Tokens of a line, numbers, and suggestions.

#include "config/line.h"
#include "config/options.h"
#include "config/suggest.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace timeball::config;

namespace {

std::string words(std::string_view text)
{
    Line line{text, "ntp.conf", 1};
    std::string result;
    while (const auto token = line.word())
        result += "[" + token->text + "]" + std::to_string(token->column);
    return result;
}

std::string strings(std::string_view text)
{
    Line line{text, "ntp.conf", 1};
    std::string result;
    while (const auto token = line.string())
        result += "[" + token->text + "]";
    return result;
}

double number(std::string_view text)
{
    const auto parsed = parse_number(text);
    CHECK(parsed.is_valid);
    return parsed.value;
}

} // namespace

TEST_GROUP(ConfigLine){};

TEST(ConfigLine, BlanksDivideWords)
{
    STRCMP_EQUAL("[server]1[a.example]9[iburst]19", words("server \ta.example iburst  \r").c_str());
    STRCMP_EQUAL("", words(" \t ").c_str());
}

TEST(ConfigLine, ACommentMayStickToAWord)
{
    STRCMP_EQUAL("[server]1[a]8", words("server a#b c").c_str());
    STRCMP_EQUAL("[keys][/etc/k]", strings("keys /etc/k#ey").c_str());
    STRCMP_EQUAL("", words("# server \"a").c_str());
}

TEST(ConfigLine, SpecialCharactersAreWordsButNotWithinStrings)
{
    STRCMP_EQUAL("[trustedkey]1[(]12[1]13[...]15[3]19[)]20", words("trustedkey (1 ... 3)").c_str());
    STRCMP_EQUAL("[a]1[=]2[b]3[;]4", words("a=b;").c_str());
    STRCMP_EQUAL("[path][/a=b,(c)]", strings("path /a=b,(c)").c_str());
}

TEST(ConfigLine, QuotesHoldBlanksAndCommentsTogether)
{
    STRCMP_EQUAL("[leapfile]1[/a b#c]10[x]19", words("leapfile \"/a b#c\" x").c_str());
    STRCMP_EQUAL("[a]1[]3", words("a \"\"").c_str());
    STRCMP_EQUAL("[don't]1", words("don't").c_str());
}

TEST(ConfigLine, AQuoteEndsWithTheLineAtTheLatest)
{
    STRCMP_EQUAL("[a]1[b c]3", words("a \"b c").c_str());
    CHECK(Line("a \"b c", "f", 1).has_open_quote());
    CHECK(Line("a \"", "f", 1).has_open_quote());
    CHECK_FALSE(Line("a \"b c\"", "f", 1).has_open_quote());
    CHECK_FALSE(Line("a \"\" # \"", "f", 1).has_open_quote());
}

TEST(ConfigLine, LooksAheadWithoutMoving)
{
    Line line{"a b", "f", 1};
    STRCMP_EQUAL("a", line.peek()->text.c_str());
    STRCMP_EQUAL("a", line.word()->text.c_str());
    CHECK_FALSE(line.is_at_end());
    STRCMP_EQUAL("b", line.word()->text.c_str());
    CHECK(line.is_at_end());
    CHECK_FALSE(line.word().has_value());
}

TEST_GROUP(ConfigNumbers){};

TEST(ConfigNumbers, AreDecimalHexadecimalOrReal)
{
    DOUBLES_EQUAL(12, number("12"), 0);
    DOUBLES_EQUAL(-3, number("-3"), 0);
    DOUBLES_EQUAL(255, number("0xff"), 0);
    DOUBLES_EQUAL(0.128, number("0.128"), 1e-15);
    DOUBLES_EQUAL(1e-7, number("1e-7"), 1e-20);
    DOUBLES_EQUAL(0.5, number(".5"), 0);
    DOUBLES_EQUAL(4, number("+4"), 0);
    CHECK(parse_number("0x10").is_integer);
    CHECK_FALSE(parse_number("4.0").is_integer);
}

TEST(ConfigNumbers, AreNothingElse)
{
    for (const char* text : {"", "-", "+-1", "--1", "1x", "0x", "0xg", "inf", "nan", "-inf",
             "1e999", "1,5", "1 2", "ten"})
        CHECK_FALSE(parse_number(text).is_valid);
}

TEST(ConfigNumbers, CarryWeeksOfRollover)
{
    const Option offset{"refclock", "time1", Type::offset, -1e12, 1e12};
    Value value;
    CHECK(parse_value(offset, "0.5g", value));
    DOUBLES_EQUAL(0.5 + 1024 * 604800.0, value.number, 1e-6);
    CHECK(parse_value(offset, "-1Ggg", value));
    DOUBLES_EQUAL(-1 + 10240 * 604800.0, value.number, 1e-6);
    CHECK_FALSE(parse_value(offset, "g", value));
    const Option plain{"tos", "mindist", Type::number, 0, 1};
    CHECK_FALSE(parse_value(plain, "0.5g", value));
}

TEST_GROUP(Suggestion){};

TEST(Suggestion, CountsSingleMistakes)
{
    UNSIGNED_LONGS_EQUAL(0, edit_distance("minpoll", "minpoll"));
    UNSIGNED_LONGS_EQUAL(1, edit_distance("minpol", "minpoll")); // left out
    UNSIGNED_LONGS_EQUAL(1, edit_distance("minpolll", "minpoll")); // added
    UNSIGNED_LONGS_EQUAL(1, edit_distance("manpoll", "minpoll")); // replaced
    UNSIGNED_LONGS_EQUAL(1, edit_distance("mipnoll", "minpoll")); // exchanged
    UNSIGNED_LONGS_EQUAL(2, edit_distance("maxpoll", "minpoll"));
    UNSIGNED_LONGS_EQUAL(3, edit_distance("", "abc"));
    UNSIGNED_LONGS_EQUAL(3, edit_distance("abc", ""));
}

TEST(Suggestion, IsTheNearestWordThatIsPlausible)
{
    const std::string_view known[] = {"minpoll", "maxpoll", "key", "ca", "iburst", "burst"};
    const auto meant
        = [&](std::string_view found) { return std::string{suggestion(found, known)}; };
    STRCMP_EQUAL("minpoll", meant("minpol").c_str());
    STRCMP_EQUAL("maxpoll", meant("maxpll").c_str());
    STRCMP_EQUAL("iburst", meant("ibrust").c_str());
    STRCMP_EQUAL("key", meant("kye").c_str());
    STRCMP_EQUAL("iburst", meant("IBURST").c_str());
    STRCMP_EQUAL("", meant("cat").c_str()); // anything is near a word of two letters
    STRCMP_EQUAL("", meant("widget").c_str());
    STRCMP_EQUAL("", meant("").c_str());
    STRCMP_EQUAL("", meant(std::string(100000, 'm')).c_str());
}
