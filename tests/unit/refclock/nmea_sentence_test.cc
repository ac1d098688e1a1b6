// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// NMEA sentences, sound and broken.

#include "refclock/nmea_sentence.h"
#include "unit/refclock/nmea_text.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = 12h + 35min + 19s;
constexpr std::chrono::sys_days autumn{2026y / 11 / 24};

NmeaSentence parsed(std::string_view body)
{
    const auto s = parse_nmea(sentence(body));
    CHECK(s.has_value());
    return s ? *s : NmeaSentence{};
}

NmeaFault fault(std::string_view line)
{
    const auto s = parse_nmea(line);
    CHECK(!s.has_value());
    return s ? NmeaFault{} : s.error();
}

} // namespace

TEST_GROUP(NmeaSentence){};

TEST(NmeaSentence, RmcTellsTimeDateAndFix)
{
    // The example of many manuals, with its own checksum.
    const auto s
        = parse_nmea("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A");
    CHECK(s.has_value());
    CHECK(s->kind == NmeaKind::rmc);
    CHECK(s->time == noon);
    CHECK(s->date == std::chrono::sys_days{1994y / 3 / 23});
    CHECK(s->has_fix == true);
}

TEST(NmeaSentence, AnyTalkerWillDo)
{
    for (const char* talker : {"GP", "GN", "GL", "GA", "GB", "GQ", "IN"}) {
        const auto s = parsed(
            std::string{talker} + "RMC,123519.25,A,4807.038,N,01131.000,E,0.0,,241126,,,A");
        CHECK(s.time == noon + 250ms);
        CHECK(s.date == autumn);
    }
}

TEST(NmeaSentence, EachKindHasItsPlaces)
{
    const auto gga = parsed("GNGGA,123519.00,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,");
    CHECK(gga.kind == NmeaKind::gga && gga.time == noon && !gga.date && gga.has_fix == true);

    const auto gll = parsed("GPGLL,4807.038,N,01131.000,E,123519.00,A,A");
    CHECK(gll.kind == NmeaKind::gll && gll.time == noon && !gll.date && gll.has_fix == true);

    const auto zda = parsed("GPZDA,123519.00,24,11,2026,00,00");
    CHECK(zda.kind == NmeaKind::zda && zda.time == noon && zda.date == autumn);
    CHECK(!zda.has_fix.has_value());

    const auto pgrmf
        = parsed("PGRMF,2444,218137,241126,123519,18,4807.0380,N,01131.0000,E,A,2,0,84,1,1");
    CHECK(pgrmf.kind == NmeaKind::pgrmf && pgrmf.time == noon && pgrmf.date == autumn);
    CHECK(pgrmf.has_fix == true);
}

TEST(NmeaSentence, ZdgAnnouncesTheSecondToCome)
{
    const auto s = parsed("GPZDG,123520.00,24,11,2026,09.00,1");
    CHECK(s.time == noon && s.date == autumn && s.has_fix == true);

    const auto midnight = parsed("GPZDG,000000.00,25,11,2026,09.00,1");
    CHECK(midnight.time == 24h - 1s);
    CHECK(midnight.date == autumn);
    CHECK(parsed("GPZDG,123520.00,24,11,2026,09.00,0").has_fix == false);
}

TEST(NmeaSentence, ALostFixIsTold)
{
    CHECK(parsed("GPRMC,123519,V,,,,,,,241126,,").has_fix == false);
    CHECK(parsed("GPGGA,123519,,,,,0,00,,,M,,M,,").has_fix == false);
    CHECK(parsed("GPGLL,,,,,123519,V,N").has_fix == false);
    CHECK(parsed("PGRMF,2444,218137,241126,123519,18,,,,,A,0,,,,").has_fix == false);
}

TEST(NmeaSentence, WhatIsNotMeasuredIsNoFix)
{
    for (const char mode : {'N', 'E', 'M', 'S'})
        CHECK(parsed(std::string{"GPRMC,123519,A,1,N,1,E,0,0,241126,,,"} + mode).has_fix == false);
    for (const char mode : {'A', 'D', 'R', 'F', 'P'})
        CHECK(parsed(std::string{"GPRMC,123519,A,1,N,1,E,0,0,241126,,,"} + mode).has_fix == true);
    for (const char quality : {'6', '7', '8'})
        CHECK(parsed(std::string{"GPGGA,123519,1,N,1,E,"} + quality + ",08").has_fix == false);
}

TEST(NmeaSentence, AReceiverThatHasJustStartedKnowsNoTime)
{
    const auto s = parsed("GPRMC,,V,,,,,,,,,,N");
    CHECK(!s.time && !s.date && s.has_fix == false);
    const auto zda = parsed("GPZDA,,,,,00,00");
    CHECK(!zda.time && !zda.date);
}

TEST(NmeaSentence, TheLeapSecondIsBehindTheDay)
{
    CHECK(parsed("GPZDA,235960.50,31,12,2026,00,00").time == 24h + 500ms);
    CHECK(fault(sentence("GPZDA,125960.00,31,12,2026,00,00")) == NmeaFault::bad_time);
}

TEST(NmeaSentence, ImpossibleTimesAndDatesAreRefused)
{
    for (const char* time : {"240000", "126000", "123561", "12351", "1235190", "12 519", "123519.x",
             "-12351", "12351.9"})
        CHECK(fault(sentence(std::string{"GPZDA,"} + time + ",24,11,2026,00,00"))
            == NmeaFault::bad_time);
    for (const char* date : {"31,02,2026", "00,11,2026", "24,13,2026", "24,11,1979", "24,11,9999",
             "24,,2026", "x,11,2026", "99999999999,11,2026"})
        CHECK(
            fault(sentence(std::string{"GPZDA,123519,"} + date + ",00,00")) == NmeaFault::bad_date);
    CHECK(fault(sentence("GPRMC,123519,A,1,N,1,E,0,0,310226,,")) == NmeaFault::bad_date);
    CHECK(fault(sentence("GPRMC,123519,A,1,N,1,E,0,0,24112,,")) == NmeaFault::bad_date);
}

TEST(NmeaSentence, AChangedCharacterIsFound)
{
    std::string line = sentence("GPZDA,123519.00,24,11,2026,00,00");
    for (std::size_t i = 1; i < line.size(); ++i) {
        std::string changed = line;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK(!parse_nmea(changed).has_value());
    }
}

TEST(NmeaSentence, ACutLineIsNone)
{
    const std::string line = sentence("GPZDA,123519.00,24,11,2026,00,00");
    for (std::size_t length = 0; length < line.size(); ++length)
        CHECK(!parse_nmea(line.substr(0, length)).has_value());
    CHECK(!parse_nmea(line + "0").has_value());
}

TEST(NmeaSentence, EachFaultHasItsName)
{
    CHECK(fault("") == NmeaFault::no_sentence);
    CHECK(fault("!AIVDM,1,1,,A,14eG;o@034o8sd<L9i:a;WF>062D,0*7D") == NmeaFault::no_sentence);
    CHECK(fault("$\xff\x80GPZDA") == NmeaFault::no_sentence);
    CHECK(fault("$GPZDA,123519.00,24,11,2026,00,00") == NmeaFault::no_checksum);
    CHECK(fault("$GPZDA,123519.00,24,11,2026,00,00*00") == NmeaFault::wrong_checksum);
    CHECK(fault("$GPZDA,123519.00,24,11,2026,00,00*") == NmeaFault::wrong_checksum);
    CHECK(fault("$GPZDA,123519.00,24,11,2026,00,00*+5") == NmeaFault::wrong_checksum);
    CHECK(fault(sentence("GPGSV,3,1,11,03,03,111,00,04,15,270,00")) == NmeaFault::other_sentence);
    CHECK(fault(sentence("PUBX,04,123519,241126")) == NmeaFault::other_sentence);
    CHECK(fault(sentence("GPRMC,123519,A")) == NmeaFault::bad_format);
    CHECK(fault(sentence("GPZDA")) == NmeaFault::bad_format);
}

TEST(NmeaSentence, TheRestOfAnotherLineDoesNoHarm)
{
    const std::string line = sentence("GPZDA,123519.00,24,11,2026,00,00");
    CHECK(parse_nmea("\xff$GPGGA,1235" + line).has_value());
}

TEST(NmeaSentence, APositionCanBeHidden)
{
    STRCMP_EQUAL("$GPRMC,123519,A,____.___,N,_____.___,E,022.4,084.4,230394,003.1,W*6A",
        without_position("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A")
            .c_str());
    STRCMP_EQUAL("$GPGLL,____.___,N,_____.___,E,123519.00,A,A*00",
        without_position("$GPGLL,4807.038,N,01131.000,E,123519.00,A,A*00").c_str());
    STRCMP_EQUAL("$GPZDA,1,2", without_position("$GPZDA,1,2").c_str());
    STRCMP_EQUAL("", without_position("").c_str());
}
