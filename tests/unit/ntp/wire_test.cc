// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The wire: timestamps, eras, the header, reference identifiers and the served time.

#include "ntp/header.h"
#include "ntp/reference_id.h"
#include "ntp/served_time.h"
#include "ntp/timestamp.h"

#include <array>

#include <CppUTest/TestHarness.h>

using namespace timeball;
using namespace timeball::ntp;
using namespace std::chrono_literals;

TEST_GROUP(Timestamp){};

TEST(Timestamp, CountsFrom1900)
{
    UNSIGNED_LONGLONGS_EQUAL(2208988800ull << 32, to_timestamp(Instant<Utc>{}).bits);
    UNSIGNED_LONGLONGS_EQUAL(
        2208988800ull << 32 | 0x80000000u, to_timestamp(Instant<Utc>{500ms}).bits);
}

TEST(Timestamp, SurvivesTheWayThereAndBack)
{
    for (const auto ns : {0ll, 1ll, 999'999'999ll, 1'700'000'000'123'456'789ll, -1ll,
             2'085'978'495'999'999'999ll, 2'085'978'496'000'000'001ll}) {
        const Instant<Utc> t{Nanoseconds{ns}};
        for (const auto away : {0h, 24h * 365 * 60, -24h * 365 * 60})
            LONGLONGS_EQUAL(ns, to_instant(to_timestamp(t), t + away).time_since_epoch().count());
    }
}

TEST(Timestamp, MeansTheEraNearestToThePivot)
{
    // 2036-02-07 06:28:16, where the 32 bits of seconds begin again
    const Instant<Utc> era1{2'085'978'496s};
    const Timestamp soon_after{5ull << 32};
    CHECK(to_instant(soon_after, era1 - 1h) == era1 + 5s);
    CHECK(to_instant(soon_after, era1 + 1h) == era1 + 5s);
    const Timestamp soon_before{0xfffffffbull << 32};
    CHECK(to_instant(soon_before, era1 + 1h) == era1 - 5s);
}

TEST(Timestamp, IsNeverTheZeroThatMeansUnknown)
{
    CHECK_FALSE(to_timestamp(Instant<Utc>{2'085'978'496s}).is_zero());
}

TEST(Timestamp, ShortRoundsUpAndClamps)
{
    UNSIGNED_LONGS_EQUAL(0x10000, to_short(Seconds{1}).bits);
    UNSIGNED_LONGS_EQUAL(1, to_short(Seconds{1e-9}).bits);
    UNSIGNED_LONGS_EQUAL(0, to_short(Seconds{-1}).bits);
    UNSIGNED_LONGS_EQUAL(0xffffffff, to_short(Seconds{1e9}).bits);
    DOUBLES_EQUAL(1.5, to_seconds({0x18000}).count(), 0);
}

TEST_GROUP(Header){};

TEST(Header, KnowsTheOctetsOfAClientRequest)
{
    std::array<std::byte, header_size> room{};
    encode({.leap = Leap::none,
               .version = 4,
               .mode = Mode::client,
               .precision = 32,
               .transmit = {0x0123456789abcdef}},
        room);
    UNSIGNED_LONGS_EQUAL(0x23, std::to_integer<unsigned>(room[0]));
    UNSIGNED_LONGS_EQUAL(0x20, std::to_integer<unsigned>(room[3]));
    UNSIGNED_LONGS_EQUAL(0x01, std::to_integer<unsigned>(room[40]));
    UNSIGNED_LONGS_EQUAL(0xef, std::to_integer<unsigned>(room[47]));
}

TEST(Header, SurvivesTheWayThereAndBack)
{
    const Header h{.leap = Leap::remove,
        .version = 3,
        .mode = Mode::server,
        .stratum = 2,
        .poll = -3,
        .precision = -24,
        .root_delay = {1},
        .root_dispersion = {2},
        .reference_id = ReferenceId::letters("GPS"),
        .reference = {3},
        .origin = {4},
        .receive = {5},
        .transmit = {~0ull}};
    std::array<std::byte, header_size> room{};
    encode(h, room);
    CHECK(decode(room) == h);
    CHECK_FALSE(decode(std::span{room}.first(header_size - 1)).has_value());
}

TEST_GROUP(ReferenceId){};

TEST(ReferenceId, IsTheAddressOrTheHeadOfItsHash)
{
    UNSIGNED_LONGS_EQUAL(0xc0000201, reference_id_of(*parse_address("192.0.2.1")).value);
    UNSIGNED_LONGS_EQUAL(0x39ab9b37, reference_id_of(*parse_address("2001:db8::1")).value);
}

TEST(ReferenceId, IsShownAsLettersOrDottedByStratum)
{
    STRCMP_EQUAL("GPS", to_string(ReferenceId::letters("GPS"), Stratum{1}).c_str());
    STRCMP_EQUAL("INIT", to_string(ReferenceId::letters("INIT"), Stratum{16}).c_str());
    STRCMP_EQUAL("192.0.2.1", to_string(ReferenceId{0xc0000201}, Stratum{2}).c_str());
    // chronyd's local reference: no letters
    STRCMP_EQUAL("127.127.1.1", to_string(ReferenceId{0x7f7f0101}, Stratum{1}).c_str());
    STRCMP_EQUAL("71.0.80.0", to_string(ReferenceId{0x47005000}, Stratum{1}).c_str());
    STRCMP_EQUAL("", to_string(ReferenceId{0}, Stratum{16}).c_str());
}

TEST_GROUP(ServedTime){};

TEST(ServedTime, GrowsItsDispersionWithAge)
{
    const Instant<Utc> t{1'700'000'000s};
    const ServedTime time{.root_dispersion = Seconds{0.001}, .as_of = t};
    DOUBLES_EQUAL(0.001 + 1000 * 15e-6, root_dispersion(time, t + 1000s).count(), 1e-12);
    DOUBLES_EQUAL(0.001, root_dispersion(time, t - 5s).count(), 1e-12);
}

TEST(ServedTime, AddsWhatTheSystemClockLacks)
{
    const Instant<Utc> t{1'700'000'000s};
    const ServedTime time{
        .as_of = t, .served_offset = Seconds{2.5}, .served_rate = Frequency::ppm(10)};
    CHECK(served(time, t + 100s) == t + 100s + 2500ms + 1ms);
}
