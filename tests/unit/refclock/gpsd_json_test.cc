// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// What gpsd says, as it says it and broken.

#include "refclock/gpsd_json.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::refclock;
using namespace std::chrono_literals;

namespace {

// Recorded from gpsd 3.22.
constexpr const char* toff
    = R"({"class":"TOFF","device":"tcp://127.0.0.1:19999","real_sec":1795541658, "real_nsec":0,)"
      R"("clock_sec":1795541658,"clock_nsec":173668522})";
constexpr const char* tpv
    = R"({"class":"TPV","device":"tcp://127.0.0.1:19999","mode":3,)"
      R"("time":"2026-11-24T17:34:18.000Z","ept":0.005,"lat":48.117300000,"lon":11.516666667,)"
      R"("altHAE":592.3000,"altMSL":545.4000,"alt":545.4000,"epv":34.500,"track":0.0000})";

template <class Kind>
Kind parsed(std::string_view line)
{
    const auto message = parse_gpsd(line);
    CHECK(message.has_value());
    CHECK(std::holds_alternative<Kind>(*message));
    return std::get<Kind>(*message);
}

GpsdFault fault(std::string_view line)
{
    const auto message = parse_gpsd(line);
    CHECK(!message.has_value());
    return message ? GpsdFault{} : message.error();
}

} // namespace

TEST_GROUP(GpsdJson){};

TEST(GpsdJson, SentencesAndPulsesArePairsOfTimes)
{
    const auto sentence = parsed<GpsdPair>(toff);
    CHECK(!sentence.is_pulse);
    STRCMP_EQUAL("tcp://127.0.0.1:19999", sentence.device.c_str());
    CHECK(sentence.real == Instant<Utc>{1795541658s});
    CHECK(sentence.clock == Instant<Utc>{1795541658s + 173668522ns});

    const auto pulse = parsed<GpsdPair>(
        R"({"class":"PPS","device":"/dev/ttyS0","real_sec":1330212592,"real_nsec":343182,)"
        R"("clock_sec":1330212592,"clock_nsec":343184,"precision":-20})");
    CHECK(pulse.is_pulse);
    CHECK(pulse.clock - pulse.real == 2ns);
}

TEST(GpsdJson, AReportHasTheFixAndPerhapsTheTime)
{
    const auto fix = parsed<GpsdFix>(tpv);
    LONGS_EQUAL(3, fix.mode);
    CHECK(fix.time == Instant<Utc>{1795541658s});
    DOUBLES_EQUAL(0.005, fix.error.count(), 1e-12);

    const auto none = parsed<GpsdFix>(R"({"class":"TPV","device":"/dev/gps0","mode":1})");
    LONGS_EQUAL(1, none.mode);
    CHECK(!none.time);
}

TEST(GpsdJson, TheRestIsReadAsFarAsItHelps)
{
    const auto version = parsed<GpsdVersion>(
        R"({"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14})");
    LONGS_EQUAL(3, version.major);
    STRCMP_EQUAL("3.22", version.release.c_str());

    CHECK(parsed<GpsdDevice>(
        R"({"class":"DEVICE","path":"/dev/gps0","activated":"2026-11-24T17:34:17.175Z"})")
              .is_active);
    CHECK(!parsed<GpsdDevice>(R"({"class":"DEVICE","path":"/dev/gps0","activated":0})").is_active);

    const auto sky = parsed<GpsdSky>(
        R"({"class":"SKY","device":"/dev/gps0","satellites":[{"PRN":3,"used":true},)"
        R"({"PRN":4,"used":false},{"PRN":5},7]})");
    LONGS_EQUAL(1, sky.used);
    LONGS_EQUAL(4, sky.seen);

    STRCMP_EQUAL("Unrecognized request",
        parsed<GpsdError>(R"({"class":"ERROR","message":"Unrecognized request"})").message.c_str());
    parsed<GpsdOther>(R"({"class":"WATCH","enable":true})");
    parsed<GpsdOther>(R"({"class":"something new"})");
}

TEST(GpsdJson, WhatIsNoJsonIsRefused)
{
    for (const char* line : {"", "{", "[]", "null", "3", "\"TPV\"", "{}", R"({"class":3})",
             "$GPRMC", R"({"class":"TPV"} rest)", R"({"class":"TPV","class":"TPV","mode":3})"})
        CHECK(fault(line) == GpsdFault::bad_format);
    CHECK(fault(std::string(10000, '[')) == GpsdFault::bad_format);
    CHECK(fault({"{\"class\":\"T\0V\"}", 15}) == GpsdFault::bad_format);
}

TEST(GpsdJson, ACutLineIsRefused)
{
    for (const std::string line : {toff, tpv})
        for (std::size_t length = 0; length < line.size(); ++length)
            CHECK(fault(line.substr(0, length)) == GpsdFault::bad_format);
}

TEST(GpsdJson, ImpossibleValuesAreRefused)
{
    for (const char* real : {R"("real_sec":-1,"real_nsec":0)", R"("real_sec":1,"real_nsec":-1)",
             R"("real_sec":1,"real_nsec":1000000000)", R"("real_sec":"1","real_nsec":0)",
             R"("real_sec":1.5,"real_nsec":0)", R"("real_nsec":0)", R"("real_sec":1)",
             R"("real_sec":9223372036854775807,"real_nsec":0)"})
        CHECK(fault(std::string{R"({"class":"PPS","clock_sec":1,"clock_nsec":0,)"} + real + "}")
            == GpsdFault::bad_data);
    for (const char* mode : {"-1", "4", "\"3\"", "3.0", "null"})
        CHECK(fault(std::string{R"({"class":"TPV","mode":)"} + mode + "}") == GpsdFault::bad_data);
    CHECK(fault(R"({"class":"TPV","mode":3,"time":"now"})") == GpsdFault::bad_data);
    CHECK(fault(R"({"class":"VERSION","release":"4"})") == GpsdFault::bad_data);
    CHECK(fault(R"({"class":"DEVICE"})") == GpsdFault::bad_data);
}

TEST(GpsdJson, TimesAreReadToTheNanosecond)
{
    CHECK(parse_iso_time("2026-11-24T17:34:18Z") == Instant<Utc>{1795541658s});
    CHECK(parse_iso_time("2026-11-24T17:34:18.123456789Z")
        == Instant<Utc>{1795541658s + 123456789ns});
    CHECK(parse_iso_time("2026-12-31T23:59:60.5Z") == parse_iso_time("2027-01-01T00:00:00.5Z"));
    for (const char* bad : {"", "Z", "2026-11-24T17:34:18", "2026-02-30T17:34:18Z",
             "2026-11-24 17:34:18Z", "2026-11-24T24:34:18Z", "2026-11-24T17:60:18Z",
             "2026-11-24T17:34:61Z", "2026-11-24T17:34:18.Z0", "2026-11-24T17:34:18,5Z",
             "2026-11-24T17:34:18.-5Z", "2026-1-024T17:34:18Z", "2026-11-24T17:34:-8Z",
             "+026-11-24T17:34:18Z", "2026-11-24T17:34:18.1234567890Z", "9999-11-24T17:34:18Z"})
        CHECK(!parse_iso_time(bad).has_value());
}

TEST(GpsdJson, AWatchNamesItsDevice)
{
    const std::string plain = gpsd_watch("/dev/gps0");
    CHECK(plain.starts_with("?WATCH={") && plain.ends_with("};\n"));
    CHECK(plain.find(R"("device":"/dev/gps0")") != std::string::npos);
    CHECK(plain.find(R"("pps":true)") != std::string::npos);
    CHECK(gpsd_watch("a\"b;").find(R"("device":"a\"b;")") != std::string::npos);
}
